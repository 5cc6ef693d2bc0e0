# What the mocked provider answers. Every module has all five attributes: OpenTofu does not fill in what is left out.

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
