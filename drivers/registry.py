"""The list of device types: one line each, and the only place that names them all."""

from __future__ import annotations

from drivers.base import DeviceType
from drivers.button_gpio import GpioButtons
from drivers.button_gpio_settings import GpioButtonSettings
from drivers.button_http import HttpButtons
from drivers.button_http_settings import HttpButtonSettings
from drivers.button_modbus import ModbusButtons
from drivers.button_modbus_settings import ModbusButtonSettings
from drivers.button_mqtt import MqttButtons
from drivers.button_settings import MqttButtonSettings
from drivers.camera.driver import Camera
from drivers.camera.settings import CameraSettings
from drivers.hid_keyboard import HidKeyboard
from drivers.hid_keyboard_settings import KeyboardSettings
from drivers.hid_pos import HidPosScanner
from drivers.hid_pos_settings import HidPosSettings
from drivers.llrp.reader import LlrpReader
from drivers.llrp.settings import LlrpSettings
from drivers.rfid_mqtt import MqttReader
from drivers.rfid_mqtt_settings import MqttReaderSettings
from drivers.rfid_post import PostReader
from drivers.rfid_post_settings import PostReaderSettings
from drivers.rfid_stream import StreamReader
from drivers.rfid_stream_settings import StreamReaderSettings
from drivers.rfid_yrm100 import Yrm100Reader
from drivers.rfid_yrm100_settings import Yrm100Settings
from drivers.serial_scanner import SerialScanner
from drivers.serial_settings import SerialSettings
from drivers.serial_ssi_scanner import SsiScanner
from drivers.serial_ssi_settings import SsiSettings
from drivers.tcp_scanner import open_tcp_scanner
from drivers.tcp_scanner_settings import TcpScannerSettings

DEVICE_TYPES: tuple[DeviceType, ...] = (
    DeviceType("serial", SerialSettings, SerialScanner),
    DeviceType("camera", CameraSettings, Camera),
    DeviceType("zebra-ssi", SsiSettings, SsiScanner),
    DeviceType("hid-pos", HidPosSettings, HidPosScanner),
    DeviceType("hid-keyboard", KeyboardSettings, HidKeyboard),
    DeviceType("tcp-scanner", TcpScannerSettings, open_tcp_scanner),
    DeviceType("mqtt-button", MqttButtonSettings, MqttButtons),
    DeviceType("http-button", HttpButtonSettings, HttpButtons),
    DeviceType("gpio-button", GpioButtonSettings, GpioButtons),
    DeviceType("modbus-button", ModbusButtonSettings, ModbusButtons),
    DeviceType("llrp-reader", LlrpSettings, LlrpReader),
    DeviceType("mqtt-reader", MqttReaderSettings, MqttReader),
    DeviceType("stream-reader", StreamReaderSettings, StreamReader),
    DeviceType("post-reader", PostReaderSettings, PostReader),
    DeviceType("yrm100-reader", Yrm100Settings, Yrm100Reader),
)
