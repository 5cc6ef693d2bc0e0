# The ID lists what the order has needed of each quota module, such as
# radar_id=1 or radar_id=1,bene_id=5.
terraform import 'qcc_quota_gate.monitoring["first"]' radar_id=1
