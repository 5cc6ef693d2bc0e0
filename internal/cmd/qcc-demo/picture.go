package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/cmd/qcc-demo/terminal"
	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

const (
	// shown is the order whose gate is refused in the pictures.
	shown = "west"
	// pictureColumns is the width of the pictures. Terraform wraps diagnostics at 78 columns if its output is not a terminal.
	pictureColumns = 80
	// attempts is how often the plan runs at most. On average, every third plan refuses the gate of shown.
	attempts = 100
)

// draw runs the refused plan in each language, and draws Terraform's output into a file of dir.
func draw(ctx context.Context, out io.Writer, dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}

	return prepare(ctx, message.English, out, true, func(show *show, _ *emulator.Emulator, _ string) error {
		if err := show.initialize(ctx); err != nil {
			return err
		}

		for language, name := range map[message.Language]string{message.English: "refused-plan.svg", message.Chinese: "refused-plan.zh-CN.svg"} {
			output, err := show.refused(ctx, language)
			if err != nil {
				return err
			}

			picture, err := terminal.Picture("terraform plan", pictureColumns, output)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}

			if err := os.WriteFile(filepath.Join(dir, name), []byte(picture), 0o600); err != nil {
				return err
			}
		}

		return nil
	})
}

// refused returns the command of the refused plan, and the output of its first run that refuses the gate of shown. Terraform judges gates
// in any order, so each run may refuse another gate.
func (s *show) refused(ctx context.Context, language message.Language) (string, error) {
	scene := refusedPlan()
	arguments := slices.Concat(scene.command[:1], []string{"-input=false"}, scene.command[1:])
	env := slices.Concat(s.env, []string{"QCC_LANGUAGE=" + language.String()})

	for range attempts {
		var output strings.Builder

		code, err := s.terraform.Run(ctx, s.dir, env, &output, arguments...)
		if err != nil {
			return "", err
		}

		if err := scene.want.check(language, code, output.String(), len(s.takeQueries())); err != nil {
			return "", fmt.Errorf("terraform plan: %w\n%s", err, output.String())
		}

		planned := strings.Index(output.String(), "\x1b[1mPlan:")
		if planned < 0 {
			return "", fmt.Errorf("the output of terraform plan has no summary:\n%s", output.String())
		}

		if strings.Contains(output.String(), `  with qcc_quota_gate.monitoring["`+shown+`"],`) {
			// The picture shows neither the resources that the plan would create, nor the advice below the last fact.
			lines := strings.Split(strings.TrimRight(output.String()[planned:], "\n"), "\n")
			below := 1 + slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, scene.want.says.In(language)) })
			lines = slices.Concat(lines[:below+1], []string{lines[below] + "..."}, lines[len(lines)-1:])

			return "$ terraform " + typed(scene.command) + "\n\n...\n" + strings.Join(lines, "\n") + "\n", nil
		}
	}

	return "", fmt.Errorf("terraform plan did not refuse the gate of %s in %d runs", shown, attempts)
}
