// Command error-guide prints the template of the guide "Status codes and errors" for make generate.
package main

import (
	"log"
	"os"

	"github.com/qccpro/terraform-provider-qcc/internal/errorguide"
)

func main() {
	if err := errorguide.Write(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
