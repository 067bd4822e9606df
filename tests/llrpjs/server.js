"use strict";
// A reader made with llrpjs. It prints what it understood of each message, as one JSON object a line, and reports the
// tags that standard input gives it, one EPC a line.

const { LLRPServer, LLRPCore } = require("llrpjs");
const readline = require("readline");

const port = Number(process.argv[2]);
const reader = new LLRPServer({ host: "127.0.0.1", port });
const done = { LLRPStatus: { StatusCode: "M_Success", ErrorDescription: "" } };
let spec = null;

const say = (told) => console.log(JSON.stringify(told, (key, value) => (typeof value === "bigint" ? String(value) : value)));
const now = () => ({ UTCTimestamp: { Microseconds: new Date() } });

const capabilities = {
    GeneralDeviceCapabilities: {
        MaxNumberOfAntennaSupported: 4, CanSetAntennaProperties: false, HasUTCClockCapability: true,
        DeviceManufacturerName: 161, ModelName: 96004, ReaderFirmwareVersion: "3.27.25.0",
        ReceiveSensitivityTableEntry: [{ Index: 1, ReceiveSensitivityValue: 0 }],
        GPIOCapabilities: { NumGPIs: 2, NumGPOs: 2 },
        PerAntennaAirProtocol: [{ AntennaID: 1, ProtocolID: ["EPCGlobalClass1Gen2"] }],
    },
    LLRPCapabilities: {
        CanDoRFSurvey: false, CanReportBufferFillWarning: true, SupportsClientRequestOpSpec: false,
        CanDoTagInventoryStateAwareSingulation: false, SupportsEventAndReportHolding: true,
        MaxNumPriorityLevelsSupported: 1, ClientRequestOpSpecTimeout: 0, MaxNumROSpecs: 64,
        MaxNumSpecsPerROSpec: 32, MaxNumInventoryParameterSpecsPerAISpec: 1, MaxNumAccessSpecs: 8,
        MaxNumOpSpecsPerAccessSpec: 8,
    },
};

const answers = {
    GET_READER_CAPABILITIES: () => ({ ...done, ...capabilities }),
    GET_READER_CONFIG: () => ({
        ...done,
        GPIPortCurrentState: [{ GPIPortNum: 1, Config: true, State: "High" }, { GPIPortNum: 2, Config: true, State: "Low" }],
    }),
    SET_READER_CONFIG: () => done,
    GET_ROSPECS: () => (spec ? { ...done, ROSpec: spec } : done),
    ADD_ROSPEC: (data) => { spec = data.ROSpec; return done; },
    ENABLE_ROSPEC: () => { spec.CurrentState = "Active"; return done; },
    START_ROSPEC: () => done,
    DELETE_ROSPEC: () => { spec = null; return done; },
    DELETE_ACCESSSPEC: () => done,
    CLOSE_CONNECTION: () => done,
};

reader.on("connection", () => reader.send(new LLRPCore.READER_EVENT_NOTIFICATION({
    data: { ReaderEventNotificationData: { ...now(), ConnectionAttemptEvent: { Status: "Success" } } },
})));
reader.on("error", (error) => say({ error: String(error) }));
reader.on("message", async (message) => {
    const { id, type, data } = message.toLLRPData();
    say({ type, id, data });
    if (answers[type]) {
        await reader.send(new LLRPCore[`${type}_RESPONSE`]({ id, data: answers[type](data) }));
    }
    if (type === "ENABLE_EVENTS_AND_REPORTS") {
        reader.send(new LLRPCore.KEEPALIVE({ id: 4711 }));
    }
});
readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const bytes = [...Buffer.from(line, "hex")];
    const name = bytes.length === 12 ? { EPC_96: { EPC: bytes } } : { EPCData: { EPC: bytes } };
    reader.send(new LLRPCore.RO_ACCESS_REPORT({
        data: {
            TagReportData: {
                ...name, AntennaID: { AntennaID: 2 }, PeakRSSI: { PeakRSSI: -48 }, ChannelIndex: { ChannelIndex: 3 },
                FirstSeenTimestampUTC: { Microseconds: new Date() }, LastSeenTimestampUTC: { Microseconds: new Date() },
                TagSeenCount: { TagCount: 5 },
            },
        },
    }));
}).on("close", () => process.exit(0));
reader.listen();
say({ ready: true });
