// Command error-guide prints the template of the guide "Errors" in one language, for make generate.
package main

import (
	"flag"
	"log"
	"os"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

func main() {
	code := flag.String("language", message.English.String(), "the language of the guide: en or zh")

	flag.Parse()

	language, known := message.ParseLanguage(*code)
	if !known {
		log.Fatalf("%q is not a language of the guide, en or zh", *code)
	}

	if err := write(os.Stdout, language); err != nil {
		log.Fatal(err)
	}
}
