"""Device drivers: each turns what one kind of device sends into reads, and verdicts into feedback."""
