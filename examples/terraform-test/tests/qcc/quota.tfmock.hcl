# What the mocked provider returns. Give each quota module all five
# attributes, because OpenTofu does not fill in missing ones.

mock_data "qcc_quota" {
  defaults = {
    modules = {
      radar_id = {
        name      = "风险监控-企业"
        total     = 50
        consumed  = 2
        deletable = 50
        remaining = 48
      }
      bene_id = {
        name      = "股权穿透"
        total     = 100
        consumed  = 100
        deletable = 30
        remaining = 0
      }
    }
  }
}
