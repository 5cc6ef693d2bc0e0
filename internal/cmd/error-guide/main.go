// Command error-guide prints the guide "Status codes and errors" for make generate.
package main

import (
	"log"
	"os"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
)

func main() {
	if err := provider.WriteErrorGuide(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
