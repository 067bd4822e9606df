"""The wire contract over HTTP: batches by POST, a feed by long polling. Same envelope, same acknowledgement."""
