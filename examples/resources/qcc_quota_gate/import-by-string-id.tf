import {
  to = qcc_quota_gate.monitoring["first"]
  id = "radar_id=1"
}
