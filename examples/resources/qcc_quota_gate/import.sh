# The ID is what the order needed. Several modules: radar_id=1,bene_id=5
terraform import 'qcc_quota_gate.monitoring["first"]' radar_id=1
