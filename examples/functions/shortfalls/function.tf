data "qcc_quota" "this" {}

# By how much each module is short: { natural_person_id = 10 }, when 48 of radar_id are left and 50 of natural_person_id
output "short" {
  value = provider::qcc::shortfalls(data.qcc_quota.this.modules, { radar_id = 40, natural_person_id = 60 })
}
