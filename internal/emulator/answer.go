package emulator

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// encode returns the JSON body of an answer. Source: interface document, section 6.2.1.
func encode(code int, modules []Module, behavior Behavior) []byte {
	message := cmp.Or(behavior.Message, Codes()[code])

	if behavior.Prefixed {
		message = prefixOf(code) + message
	}

	names := strings.Fields("status msg result id")
	if behavior.Capitalized {
		names = strings.Fields("Status Message Result Id")
	}

	rows := make([]map[string]any, 0, len(modules))
	for _, module := range modules {
		rows = append(rows, map[string]any{
			names[3]:          module.ID,
			"totalCount":      count(module.Total, behavior),
			"canDeletedCount": count(module.CanDeleted, behavior),
			"consumedCount":   count(module.Consumed, behavior),
		})
	}

	var status, result any = strconv.Itoa(code), rows
	if behavior.Numeric {
		status = code
	}

	switch {
	case code != http.StatusOK:
		result = nil
	case behavior.Single && len(rows) == 1:
		result = rows[0]
	}

	body, err := json.Marshal(map[string]any{names[0]: status, names[1]: message, names[2]: result})
	if err != nil {
		panic(errors.Join(errors.New("emulator: an answer of strings and numbers cannot be encoded"), err))
	}

	return body
}

// count returns a count as the number or string that the JSON body holds.
func count(n int64, behavior Behavior) any {
	if behavior.Quoted {
		return strconv.FormatInt(n, 10)
	}

	return n
}

// compress returns the body in gzip format.
func compress(body []byte) []byte {
	var compressed bytes.Buffer

	writer := gzip.NewWriter(&compressed)
	_, _ = writer.Write(body) // Writing to a bytes.Buffer cannot fail.
	_ = writer.Close()

	return compressed.Bytes()
}
