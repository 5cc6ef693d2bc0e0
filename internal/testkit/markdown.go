package testkit

import (
	"regexp"
	"testing"
)

// CodeBlocks returns the code blocks of a document in one language, such as "terraform".
func CodeBlocks(t *testing.T, path, language string) []string {
	t.Helper()

	found := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(ReadFile(t, path), -1)

	blocks := make([]string, 0, len(found))
	for _, block := range found {
		blocks = append(blocks, block[1])
	}

	return blocks
}
