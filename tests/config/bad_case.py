"""Mistakes that people make in gateway.toml, one per row.

Each row replaces a part of GOOD. The line that has to be reported carries the mark `#!`.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "#!"

GOOD = r"""# a good file
[gateway]
id = "L3-07"
site = "P1"
data_dir = "data"

[store]
queue_limit = 1000

[repeat]
window_ms = 3000

[cards]
patterns = [
    '^KB(?P<card>[0-9]{6})$',
    '^X(?P<card>.{4})$',
]

[commands]
secret_credential = "command-secret"

[sync]
host = "broker"
username = "gw"

[sync.tls]
enabled = true

[web]
listen = "127.0.0.1:8080"

[[station]]
id = "S1"
role = "consume"
location = "LINE1"

[[station]]
id = "S2"
role = "source"
location = "MOULD"
action = "ship"

[[device]]
id = "scan-1"
type = "serial"
station = "S1"
port = "/dev/ttyUSB0"
suffixes = ["\r", "\n"]
feedback.ack = "\u0006"

[[device]]
id = "buttons-1"
type = "mqtt-button"
station = "S2"
host = "127.0.0.1"
topics = ["buttons/#"]
bindings = [
    { button = "a", card = "K-1" },
    { button = "b", card = "K-2" },
]
mapping.event = "$.action"
mapping.actions = { single = "scan" }
"""

_SECRET = 'secret_credential = "command-secret"\n'
_WITHOUT_SECRET = GOOD[GOOD.index(_SECRET) : GOOD.index('\n[[station]]\nid = "S2"')]

HOOK = """[[device]]
id = "hook"
type = "http-button"
station = "S1"
token_credential = "token"
bindings = [{ button = "a", card = "K-1" }]
"""
IO = """[[device]]
id = "io"
type = "modbus-button"
station = "S1"
host = "io"
"""


@dataclass(frozen=True)
class Bad:
    """`key` has to be named (nothing: the text itself is wrong) and the message has to say `says`."""

    old: str
    new: str
    key: str
    says: str


def _light(keys: str) -> str:
    """An output before the table [web]."""
    return f'[[output]]\nid = "light-1"\n{keys}\n[web]'


BAD = {
    # a key that is not there, or not there any more
    "no id": Bad('[gateway]\nid = "L3-07"', "[gateway] #!", "gateway.id", "missing, expected: Name of this gateway"),
    "no site": Bad('[gateway]\nid = "L3-07"\nsite = "P1"', '[gateway] #!\nid = "L3-07"', "gateway.site", "missing"),
    "no data_dir": Bad('[gateway]\nid = "L3-07"\nsite = "P1"\ndata_dir = "data"',
                       '[gateway] #!\nid = "L3-07"\nsite = "P1"', "gateway.data_dir", "missing"),
    "no broker": Bad('[sync]\nhost = "broker"', "[sync] #!", "sync.host", "missing, expected the broker's name"),
    "empty broker": Bad('host = "broker"', 'host = "" #!', "sync.host", "missing, expected the broker's name"),
    "no role": Bad('[[station]]\nid = "S1"\nrole = "consume"', '[[station]] #!\nid = "S1"', "station[0].role", "missing"),
    "no location": Bad('[[station]]\nid = "S2"\nrole = "source"\nlocation = "MOULD"',
                       '[[station]] #!\nid = "S2"\nrole = "source"', "station[1].location", "missing"),
    "no type": Bad('[[device]]\nid = "scan-1"\ntype = "serial"', '[[device]] #!\nid = "scan-1"',
                   "device[0].type", "missing, expected the kind of device"),
    "no port": Bad('[[device]]\nid = "scan-1"\ntype = "serial"\nstation = "S1"\nport = "/dev/ttyUSB0"',
                   '[[device]] #!\nid = "scan-1"\ntype = "serial"\nstation = "S1"', "device[0].port", "missing"),
    "binding without card": Bad('{ button = "b", card = "K-2" },', '{ button = "b" }, #!',
                                "device[1].bindings[1]", "expected either the `card` the button stands for"),
    "binding with card and call": Bad('{ button = "b", card = "K-2" },',
                                      '{ button = "b", card = "K-2", call = "maintenance" }, #!',
                                      "device[1].bindings[1]", "expected either the `card` the button stands for"),
    "call to nobody we know": Bad('{ button = "b", card = "K-2" },', '{ button = "b", call = "the boss" }, #!',
                                  "device[1].bindings[1].call", "'maintenance' or 'purchasing'"),
    "unknown preset": Bad('topics = ["buttons/#"]', 'topics = ["buttons/#"]\npreset = "shelly" #!',
                          "device[1].preset", "did you mean 'shelly-gen2'?"),
    "no topics and no preset": Bad('[[device]]\nid = "buttons-1"\ntype = "mqtt-button"\nstation = "S2"\nhost = "127.0.0.1"\ntopics = ["buttons/#"]',
                                   '[[device]] #!\nid = "buttons-1"\ntype = "mqtt-button"\nstation = "S2"\nhost = "127.0.0.1"',
                                   "device[1]", "`topics` is missing, expected topic filters or a `preset`"),
    "source without action": Bad('[[station]]\nid = "S2"\nrole = "source"\nlocation = "MOULD"\naction = "ship"',
                                 '[[station]] #!\nid = "S2"\nrole = "source"\nlocation = "MOULD"',
                                 "station[1].action", "missing, expected start, ship or release"),
    # buttons that call, and contacts
    "webhook for everyone": Bad('[[device]]\nid = "buttons-1"', HOOK + 'listen = "0.0.0.0:8070" #!\n[[device]]\nid = "buttons-1"',
                                "device[1].listen", "public = true"),
    "webhook without port": Bad('[[device]]\nid = "buttons-1"', HOOK + 'listen = "127.0.0.1" #!\n[[device]]\nid = "buttons-1"',
                                "device[1].listen", "expected address:port"),
    "webhook reading topics": Bad('[[device]]\nid = "buttons-1"',
                                  HOOK + 'mapping.button = ["topic"] #!\n[[device]]\nid = "buttons-1"',
                                  "device[1].mapping.button[0]", "a path into the JSON body such as $.button"),
    "input without card": Bad('[[device]]\nid = "buttons-1"',
                              IO + 'bindings = [{ address = 1 }] #!\n[[device]]\nid = "buttons-1"',
                              "device[1].bindings[0]", "give the card it stands for"),
    "input out of range": Bad('[[device]]\nid = "buttons-1"',
                              IO + 'bindings = [{ address = 70000, card = "K" }] #!\n[[device]]\nid = "buttons-1"',
                              "device[1].bindings[0].address", "expected 0 to 65535"),
    "poll too fast": Bad('[[device]]\nid = "buttons-1"',
                         IO + 'bindings = [{ address = 1, card = "K" }]\npoll_ms = 1 #!\n[[device]]\nid = "buttons-1"',
                         "device[1].poll_ms", "expected 50 to 200"),
    # a key that nobody knows
    "misspelt key": Bad('site = "P1"', 'site = "P1"\nenvv = "prod" #!', "gateway.envv", "did you mean 'env'?"),
    "misspelt table": Bad("[repeat]", "[repeats] #!", "repeats", "unknown key, did you mean 'repeat'?"),
    "misspelt device key": Bad('port = "/dev/ttyUSB0"', 'port = "/dev/ttyUSB0"\nbauds = 9600 #!',
                               "device[0].bauds", "unknown key, did you mean 'baud'?"),
    "misspelt dotted key": Bad('feedback.ack = "\\u0006"', 'feedback.akc = "\\u0006" #!',
                               "device[0].feedback.akc", "did you mean 'ack'?"),
    "misspelt key in an inline table": Bad('{ button = "b", card = "K-2" },', '{ buton = "x", button = "b", card = "K-2" }, #!',
                                           "device[1].bindings[1].buton", "did you mean 'button'?"),
    "key of another table": Bad("queue_limit = 1000", "queue_limit = 1000\nwindow_ms = 5 #!",
                                "store.window_ms", "'window_ms' belongs to [repeat]"),
    "key of another device type": Bad('topics = ["buttons/#"]', 'topics = ["buttons/#"]\nparity = "odd" #!',
                                      "device[1].parity", "unknown key, expected one of bindings, health, host"),
    "unlike anything": Bad('site = "P1"', 'site = "P1"\nzzz = 1 #!', "gateway.zzz", "unknown key, expected one of"),
    "quoted unknown key": Bad('site = "P1"', 'site = "P1"\n"z = z" = 1 #!', "gateway.z = z", "unknown key"),
    "unknown nested table": Bad("[web]", "[web.tls] #!\nenabled = true\n[web]", "web.tls", "unknown key"),
    "singular or plural": Bad('[[station]]\nid = "S1"', '[[stations]] #!\nid = "S0"\n[[station]]\nid = "S1"',
                              "stations", "did you mean 'station'?"),
    # a value of another kind
    "number as text": Bad("queue_limit = 1000", 'queue_limit = "1000" #!', "store.queue_limit",
                          '"1000" is not possible, expected a whole number from 1 to 1000000'),
    "text as number": Bad('id = "L3-07"', "id = 307 #!", "gateway.id", "307 is not possible, expected a text in quotes"),
    "fraction": Bad("window_ms = 3000", "window_ms = 3000.5 #!", "repeat.window_ms", "expected a whole number"),
    "infinity": Bad("window_ms = 3000", "window_ms = inf #!", "repeat.window_ms", "expected a whole number"),
    "boolean as text": Bad("enabled = true", 'enabled = "yes" #!', "sync.tls.enabled", '"yes" is not possible, expected true'),
    "boolean as number": Bad("enabled = true", "enabled = 1 #!", "sync.tls.enabled", "expected true or false"),
    "number as boolean": Bad("queue_limit = 1000", "queue_limit = true #!", "store.queue_limit", "whole number"),
    "date": Bad('site = "P1"', "site = 2026-11-22 #!", "gateway.site", "a table or a date is not possible"),
    "text for an array": Bad('topics = ["buttons/#"]', 'topics = "buttons/#" #!', "device[1].topics", "expected an array"),
    "array for a text": Bad('host = "broker"', 'host = ["broker"] #!', "sync.host", "expected a text in quotes"),
    "number in an array of texts": Bad('suffixes = ["\\r", "\\n"]', 'suffixes = [\n"\\r",\n13, #!\n]',
                                       "device[0].suffixes[1]", "13 is not possible, expected a text"),
    "value for a table": Bad('username = "gw"\n\n[sync.tls]\nenabled = true', 'username = "gw"\ntls = true #!',
                             "sync.tls", "true is not possible, expected a table"),
    "number for a location": Bad('location = "LINE1"', "location = 1 #!", "station[0].location", "expected a text in quotes"),
    # a value out of its range
    "port too large": Bad('username = "gw"', 'username = "gw"\nport = 65536 #!', "sync.port", "expected 1 to 65535"),
    "port zero": Bad('username = "gw"', 'username = "gw"\nport = 0 #!', "sync.port", "0 is out of range, expected 1 to"),
    "negative window": Bad("window_ms = 3000", "window_ms = -1 #!", "repeat.window_ms", "-1 is out of range, expected 0 to 60000"),
    "endless window": Bad("window_ms = 3000", "window_ms = 99999999999999999999 #!", "repeat.window_ms", "out of range"),
    "no queue": Bad("queue_limit = 1000", "queue_limit = 0 #!", "store.queue_limit", "expected 1 to 1000000"),
    "unheard-of baud rate": Bad('port = "/dev/ttyUSB0"', 'port = "/dev/ttyUSB0"\nbaud = 5 #!', "device[0].baud", "50 to 4000000"),
    "too many in flight": Bad('username = "gw"', 'username = "gw"\nmax_inflight = 20 #!', "sync.max_inflight", "1 to 8"),
    "batch above the queue": Bad("queue_limit = 1000", "queue_limit = 1000\nbatch_limit = 2000 #!",
                                 "store.batch_limit", "2000 is above queue_limit 1000"),
    # a choice that does not exist
    "misspelt role": Bad('role = "consume"', 'role = "consum" #!', "station[0].role", "did you mean 'consume'?"),
    "role in capitals": Bad('role = "consume"', 'role = "CONSUME" #!', "station[0].role", "did you mean 'consume'?"),
    "unknown action": Bad('action = "ship"', 'action = "send" #!', "station[1].action", "'start', 'ship' or 'release'"),
    "protocol as number": Bad('username = "gw"', 'username = "gw"\nprotocol = 5 #!', "sync.protocol", "expected '5' or '3.1.1'"),
    "misspelt device type": Bad('type = "serial"', 'type = "serail" #!', "device[0].type", "did you mean 'serial'?"),
    "misspelt parity": Bad('port = "/dev/ttyUSB0"', 'port = "/dev/ttyUSB0"\nparity = "evn" #!', "device[0].parity", "mean 'even'?"),
    "unknown press action": Bad('{ single = "scan" }', '{ single = "scann" } #!',
                                "device[1].mapping.actions.single", "did you mean 'scan'?"),
    # names
    "space in an id": Bad('id = "L3-07"', 'id = "L3 07" #!', "gateway.id", "1 to 32 of A-Z a-z 0-9 . _ -"),
    "id of 33": Bad('id = "L3-07"', f'id = "{"x" * 33}" #!', "gateway.id", "1 to 32 of"),
    "wildcard in the site": Bad('site = "P1"', 'site = "P1/+" #!', "gateway.site", "1 to 32 of"),
    "id in another script": Bad('id = "scan-1"', 'id = "扫描" #!', "device[0].id", "1 to 32 of"),
    "blank location": Bad('location = "LINE1"', 'location = " " #!', "station[0].location", "without space at its ends"),
    "empty data_dir": Bad('data_dir = "data"', 'data_dir = "" #!', "gateway.data_dir", "expected a path"),
    "environment in capitals": Bad('site = "P1"', 'site = "P1"\nenv = "PROD" #!', "gateway.env", "1 to 16 of a-z 0-9 -"),
    "relative serial port": Bad('port = "/dev/ttyUSB0"', 'port = "COM3" #!', "device[0].port", "expected an absolute path"),
    "url for a host": Bad('host = "broker"', 'host = "mqtt://broker:1883" #!', "sync.host", "without scheme, user, port or path"),
    "host with port": Bad('host = "broker"', 'host = "broker:1883" #!', "sync.host", "without scheme, user, port"),
    "path for a credential": Bad('secret_credential = "command-secret"', 'secret_credential = "../secret" #!',
                                 "commands.secret_credential", "the name of a credential"),
    # keys that contradict each other
    "station id twice": Bad('action = "ship"', 'action = "ship"\n[[station]]\nid = "S1" #!\nrole = "receive"\nlocation = "X"',
                            "station[2].id", "'S1' is taken by station[0]"),
    "device id twice": Bad('id = "buttons-1"', 'id = "scan-1" #!', "device[1].id", "'scan-1' is taken by device[0]"),
    "unknown station": Bad('station = "S2"', 'station = "S22" #!', "device[1].station", "did you mean 'S2'?"),
    "action at a consumer": Bad('location = "LINE1"', 'location = "LINE1"\naction = "ship" #!', "station[0].action",
                                "role consume has no action"),
    "goods without operation": Bad('[[station]]\nid = "S1"\nrole = "consume"',
                                   '[[station]] #!\nid = "S1"\nrole = "goods"', "station[0].operation", "missing, expected what is done"),
    "printer without numbers": Bad('role = "consume"\nlocation = "LINE1"',
                                   'role = "goods"\noperation = "split"\nlocation = "LINE1"\nprinter = "10.0.0.9" #!',
                                   "station[0].printer", "expected sscc_prefix in [goods]"),
    "printer at a consumer": Bad('location = "LINE1"', 'location = "LINE1"\nprinter = "10.0.0.9" #!', "station[0].printer",
                                 "role consume labels no pallets"),
    "printer that is no address": Bad('location = "LINE1"', 'location = "LINE1"\nprinter = "a:b:c" #!', "station[0].printer",
                                      "expected HOST or HOST:PORT"),
    "operation at a consumer": Bad('location = "LINE1"', 'location = "LINE1"\noperation = "move" #!', "station[0].operation",
                                   "role consume has no operation"),
    "unknown operation": Bad('role = "consume"\nlocation = "LINE1"', 'role = "goods"\nlocation = "LINE1"\noperation = "receiv" #!',
                             "station[0].operation", "did you mean 'receive'?"),
    "pallet numbers without end": Bad("[repeat]", '[goods] #!\nsscc_prefix = "340123450"\nsscc_first = 1\n[repeat]',
                                      "goods.sscc_last", "missing, expected it beside sscc_prefix"),
    "pallet numbers backwards": Bad("[repeat]", '[goods]\nsscc_prefix = "340123450"\nsscc_first = 9\nsscc_last = 8 #!\n[repeat]',
                                    "goods.sscc_last", "below sscc_first 9"),
    "pallet numbers too long": Bad("[repeat]", '[goods]\nsscc_prefix = "340123450"\nsscc_first = 9\nsscc_last = 100000000 #!\n[repeat]',
                                   "goods.sscc_last", "at most 99999999"),
    "serial port twice": Bad('[[device]]\nid = "buttons-1"',
                             '[[device]]\nid = "scan-2"\ntype = "serial"\nstation = "S1"\nport = "/dev/ttyUSB0" #!\n\n'
                             '[[device]]\nid = "buttons-1"', "device[1].port", "taken by device[0]"),
    "no repository": Bad("[sync]", "[epcis] #!\nenabled = true\n[sync]", "epcis.base_url", "missing, expected where the repository"),
    "repository in the clear": Bad("[sync]", '[epcis]\nbase_url = "http://a.example" #!\n[sync]', "epcis.base_url", "is not encrypted"),
    "place that is none": Bad("[sync]", '[epcis.places]\nDOCK = "Dock 1" #!\n[sync]', "epcis.places.DOCK", "expected a place"),
    "no server": Bad('[sync]\nhost = "broker"', '[sync] #!\ncarrier = "rest"', "sync.base_url", "missing, expected the address of the ERP"),
    "unknown carrier": Bad('host = "broker"', 'host = "broker"\ncarrier = "pigeon" #!', "sync.carrier", "expected"),
    "no scheme": Bad('host = "broker"', 'carrier = "rest"\nbase_url = "erp.example" #!', "sync.base_url", "expected https://host"),
    "login in the address": Bad('host = "broker"', 'carrier = "rest"\nbase_url = "https://gw:pw@erp.example" #!', "sync.base_url", "this value is not possible"),
    "question in the address": Bad('host = "broker"', 'carrier = "rest"\nbase_url = "https://erp.example/?a=1" #!', "sync.base_url", "without user, ? and #"),
    "token in the clear": Bad('host = "broker"', 'carrier = "rest"\nbase_url = "http://erp.example" #!', "sync.base_url", "is not encrypted"),
    "token itself": Bad('host = "broker"', 'carrier = "rest"\nbase_url = "https://erp.example"\ntoken_credential = "eyJhbGci/x=" #!', "sync.token_credential", "expected"),
    "password for nobody": Bad('[sync]\nhost = "broker"\nusername = "gw"',
                               '[sync] #!\nhost = "broker"\npassword_credential = "pw"', "sync.username", "missing"),
    "certificate without key": Bad("[sync.tls]\nenabled = true", '[sync.tls] #!\ncert_file = "a.pem"',
                                   "sync.tls.key_credential", "needs its key"),
    "key without certificate": Bad("[sync.tls]\nenabled = true", '[sync.tls] #!\nkey_credential = "key"',
                                   "sync.tls.cert_file", "needs its key"),
    # the page
    "page for everyone": Bad('"127.0.0.1:8080"', '"0.0.0.0:8080" #!', "web.listen", "public = true"),
    "no port for the page": Bad('"127.0.0.1:8080"', '"127.0.0.1" #!', "web.listen", "expected address:port"),
    "port of the page too large": Bad('"127.0.0.1:8080"', '"127.0.0.1:80800" #!', "web.listen", "port 80800 is too large"),
    # card patterns
    "broken pattern": Bad("'^X(?P<card>.{4})$',", "'^X(?P<card>.{4}$', #!", "cards.patterns[1]", "not a regular expression"),
    "pattern without card": Bad("'^X(?P<card>.{4})$',", "'^X(.{4})$', #!", "cards.patterns[1]", "a group named card"),
    "pattern for nothing": Bad("'^X(?P<card>.{4})$',", "'(?P<card>.*)', #!", "cards.patterns[1]", "fits an empty code"),
    # people
    "badge pattern without badge": Bad("[sync]\n", "[badges]\npatterns = ['^P([0-9]{5})$'] #!\n\n[sync]\n", "badges.patterns[0]",
                                       "a group named badge"),
    "idle time too short": Bad("[sync]\n", "[badges]\nidle_s = 5 #!\n\n[sync]\n", "badges.idle_s", "expected 10 to 86400"),
    "unknown time zone": Bad('site = "P1"', 'site = "P1"\ntimezone = "Europe/Atlantis" #!', "gateway.timezone",
                             "no such time zone"),
    "badge that nobody can read": Bad(_WITHOUT_SECRET, _WITHOUT_SECRET.replace(_SECRET, "") + 'badge = "required" #!\n',
                                      "station[0].badge", "no badge can be read here"),
    "quantity asked at the line": Bad('location = "LINE1"', 'location = "LINE1"\nquantity = "ask" #!', "station[0].quantity",
                                      "only with role receive"),
    "limit that is no quantity": Bad('location = "LINE1"', 'location = "LINE1"\napprove_above = "many" #!',
                                     "station[0].approve_above", "expected a decimal number"),
    "language nobody wrote": Bad('location = "LINE1"', 'location = "LINE1"\nlanguage = "tlh" #!', "station[0].language", "zh-CN"),
    # secrets
    "password in the file": Bad('username = "gw"', 'username = "gw"\npassword = "hunter2" #!', "sync.password",
                                "put it into a credential and name it with 'password_credential'"),
    "secret in the file": Bad('secret_credential = "command-secret"', 'secret = "hunter2" #!', "commands.secret",
                              "name it with 'secret_credential'"),
    "token in the file": Bad('[web]', '[web]\napi_token = "hunter2" #!', "web.api_token", "a secret must not stand in this file"),
    "secret for the name of one": Bad('secret_credential = "command-secret"', 'secret_credential = "hunter2 !" #!',
                                      "commands.secret_credential", "this value is not possible"),
    "login in the host": Bad('host = "broker"', 'host = "gw:hunter2@broker" #!', "sync.host", "this value is not possible"),
    # framing, checked by the driver's own model
    "empty suffix": Bad('[[device]]\nid = "scan-1"\ntype = "serial"\nstation = "S1"\nport = "/dev/ttyUSB0"\nsuffixes = ["\\r", "\\n"]',
                        '[[device]] #!\nid = "scan-1"\ntype = "serial"\nstation = "S1"\nport = "/dev/ttyUSB0"\nsuffixes = [""]',
                        "device[0]", "a suffix cannot be empty"),
    # outputs and profiles
    "output without type": Bad("[web]", '[[output]] #!\nid = "light-1"\nstation = "S1"\n[web]', "output[0].type",
                               "missing, expected the kind of output"),
    "misspelt output type": Bad("[web]", _light('station = "S1"\ntype = "mqtt-ligth" #!'), "output[0].type",
                                "did you mean 'mqtt-light'?"),
    "output at no station": Bad("[web]", _light('type = "gpio-light"\nred = 1\nstation = "S9" #!'), "output[0].station",
                                "no station 'S9', expected one of S1, S2"),
    "output for nothing": Bad("[web]", '[[output]] #!\nid = "light-1"\ntype = "gpio-light"\nred = 1\n[web]', "output[0]",
                              "an output shows a station, loops or items"),
    "output twice": Bad("[web]", _light('type = "gpio-light"\nred = 1\nloop = "LP-1"\n[[output]]\nid = "light-1" #!\n'
                                        'type = "gpio-light"\nred = 2\nloop = "LP-1"'), "output[1].id", "is taken"),
    "no such line": Bad("[web]", _light('type = "gpio-light"\nloop = "LP-1"\ngreen = -1 #!'), "output[0].green", "0 or more"),
    "misspelt profile": Bad('port = "/dev/ttyUSB0"', 'port = "/dev/ttyUSB0"\nprofile = "zebar" #!', "device[0].profile",
                            "did you mean 'zebra'?"),
    "endless patience": Bad('feedback.ack = "\\u0006"', 'feedback.response_timeout_ms = 100000 #!',
                            "device[0].feedback.response_timeout_ms", "0 to 90000"),
    # what is no TOML
    "quotes forgotten": Bad('site = "P1"', "site = P1 #!", "", "not TOML: invalid value"),
    "quote not closed": Bad('site = "P1"', 'site = "P1 #!', "", "a text ends with the quote it began with"),
    "colon for equals": Bad('site = "P1"', 'site: "P1" #!', "", "a key is followed by ="),
    "True for true": Bad("enabled = true", "enabled = True #!", "", "booleans are true and false"),
    "key twice": Bad('site = "P1"', 'site = "P1"\nsite = "P2" #!', "", "this key stands in the table already"),
    "table twice": Bad("[web]", "[store] #!\n[web]", "", "this table stands in the file already"),
    "bracket forgotten": Bad("[store]", "[store #!", "", "expected ']'"),
    "backslashes": Bad('data_dir = "data"', 'data_dir = "C:\\data" #!', "", "a backslash is written \\\\"),
    "two on a line": Bad('site = "P1"', 'site = "P1" env = "prod" #!', "", "only a # comment may follow a value"),
    "decimal comma": Bad("window_ms = 3000", "window_ms = 3,5 #!", "", "only a # comment may follow a value"),
}  # fmt: skip
