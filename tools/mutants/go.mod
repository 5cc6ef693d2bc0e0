// mutants, which breaks the code in small ways and looks whether a test notices. It uses the standard library only.
module github.com/qccpro/terraform-provider-qcc/tools/mutants

go 1.26.0
