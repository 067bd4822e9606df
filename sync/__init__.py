"""Everything between the gateway's store and the ERP: the wire contract over MQTT."""
