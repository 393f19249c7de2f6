package metrics_test

import "testing"

func TestHeartbeatsTheCanaryAndTheSwitchAreShown(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.watched(t)
	w.is(t, `
# HELP tocsin_canary_success Whether the latest test page over a channel arrived, as far as the channel tells.
# TYPE tocsin_canary_success gauge
tocsin_canary_success{channel="sms"} 0
# HELP tocsin_canary_timestamp_seconds When the result of the latest test page over a channel was known, in Unix time.
# TYPE tocsin_canary_timestamp_seconds gauge
tocsin_canary_timestamp_seconds{channel="sms"} 1.7730576e+09
# HELP tocsin_dead_man_beats_total Calls of the dead man's switch that were answered.
# TYPE tocsin_dead_man_beats_total counter
tocsin_dead_man_beats_total 1
# HELP tocsin_dead_man_silent 1 for the reason why the dead man's switch was silent when it was last due: store, wheel, delivery, url. Only where one is configured.
# TYPE tocsin_dead_man_silent gauge
tocsin_dead_man_silent{reason="delivery"} 1
tocsin_dead_man_silent{reason="store"} 0
tocsin_dead_man_silent{reason="url"} 0
tocsin_dead_man_silent{reason="wheel"} 0
# HELP tocsin_heartbeat_last_ping_timestamp_seconds When a heartbeat was last heard of, in Unix time; 0 for never.
# TYPE tocsin_heartbeat_last_ping_timestamp_seconds gauge
tocsin_heartbeat_last_ping_timestamp_seconds{integration="nightly"} 1.7730576e+09
tocsin_heartbeat_last_ping_timestamp_seconds{integration="weekly"} 0
# HELP tocsin_heartbeats_late Heartbeats that are late.
# TYPE tocsin_heartbeats_late gauge
tocsin_heartbeats_late 0
`, "tocsin_canary_success", "tocsin_canary_timestamp_seconds", "tocsin_dead_man_beats_total", "tocsin_dead_man_silent",
		"tocsin_heartbeat_last_ping_timestamp_seconds", "tocsin_heartbeats_late")
}
