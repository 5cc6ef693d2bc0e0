package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lineWidth is how many columns a line of Chinese text may have. Terraform never wraps such a line in a terminal of the usual 80 columns.
const lineWidth = 72

const (
	// neverFirst are characters that must not begin a line. neverLast are characters that must not end one.
	neverFirst = "，。；：、！？）”》】…"
	neverLast  = "（“《【"
)

// units are words that must be on the same line as the number before them.
var units = []string{ //nolint:gochecknoglobals // A constant table.
	"分钟", "小时", "毫秒", "字节", "秒", "天", "个", "次", "倍", "位", "年", "条",
}

// together are words that wrap must not break. Other text may be broken between any two Chinese characters, as in print.
var together = []string{ //nolint:gochecknoglobals // A constant table.
	"企查查", "流水线", "白名单", "防火墙", "订单", "额度", "缺口", "门禁", "放行", "拒绝", "重试", "请求", "响应", "签名", "时钟", "账号", "模块",
	"凭据", "代理", "网关", "主机名", "地址", "证书", "环境变量", "状态码", "运行", "检查", "正确", "失败",
	"核对", "等待", "途中", "中途", "路径", "服务", "简体中文", "不足", "不要", "或者", "改用", "用于", "带上", "规范化",
}

// shortestLine is how many columns the last line of a paragraph should have at least.
const shortestLine = 8

// wrap breaks a Chinese paragraph into lines of at most lineWidth columns. On the first line, the given number of columns is already used.
//
// A line ends between two Chinese characters, or at a space, which is dropped. wrap keeps words of another language together, such as those
// of a command, and also a number and its unit. If the last line would have only a few characters, wrap makes all lines shorter.
func wrap(paragraph string, used int) string {
	all := pieces(paragraph)
	widest := fill(all, used, lineWidth)

	for limit := lineWidth; limit > lineWidth-shortestLine; limit-- {
		lines := fill(all, used, limit)
		if last := lines[strings.LastIndex(lines, "\n")+1:]; last == lines || width(last) >= shortestLine {
			return lines
		}
	}

	return widest
}

// fill joins pieces into lines. A line exceeds the limit only if it is a single piece that is wider.
func fill(all []string, used, limit int) string {
	var (
		lines strings.Builder
		space bool
	)

	column, start := used, used

	for _, piece := range all {
		if piece == " " {
			space = column > start && !endsWide(lines.String(), neverFirst)

			continue
		}

		first, _ := utf8.DecodeRuneInString(piece)
		space = space && !strings.ContainsRune(neverLast, first)

		needed := width(piece)
		if space {
			needed++
		}

		switch {
		case column > 0 && column+needed > limit:
			lines.WriteString("\n")

			column, start = 0, 0
		case space:
			lines.WriteString(" ")

			column++
		}

		lines.WriteString(piece)

		column += width(piece)
		space = false
	}

	return lines.String()
}

// endsWide reports whether a text ends with one of these characters.
func endsWide(text, characters string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)

	return text != "" && strings.ContainsRune(characters, last)
}

// pieces splits a paragraph at each place where a line may end. A space between two pieces is a piece of its own.
func pieces(paragraph string) []string {
	var all []string

	for rest := paragraph; rest != ""; {
		length := pieceLength(rest)
		all = append(all, rest[:length])
		rest = rest[length:]
	}

	return all
}

// pieceLength returns how many bytes the first piece of a text has.
func pieceLength(text string) int {
	first, length := utf8.DecodeRuneInString(text)

	switch {
	case first == ' ':
		return length
	case strings.ContainsRune(neverLast, first):
		length += pieceLength(text[length:])
	case !isWide(first):
		length = latinLength(text)
	default:
		for _, word := range together {
			if strings.HasPrefix(text, word) {
				length = len(word)

				break
			}
		}
	}

	for length < len(text) {
		next, size := utf8.DecodeRuneInString(text[length:])
		if !strings.ContainsRune(neverFirst, next) {
			break
		}

		length += size
	}

	return length
}

// latinLength returns the length of a text's first piece in bytes, if the text begins with a word of another script. The piece has all such
// words with single spaces between them that fit into a line, and the unit of a number.
func latinLength(text string) int {
	end := wordEnd(text)

	for isNarrowWord(text[end:]) {
		next := end + 1 + wordEnd(text[end+1:])
		if width(text[:next]) > lineWidth {
			break
		}

		end = next
	}

	if last := text[end-1]; last >= '0' && last <= '9' {
		for _, unit := range units {
			if strings.HasPrefix(text[end:], " "+unit) {
				return end + 1 + len(unit)
			}
		}
	}

	return end
}

// wordEnd returns the index at which the first word of another script ends.
func wordEnd(text string) int {
	end := strings.IndexFunc(text, func(char rune) bool { return char == ' ' || isWide(char) })
	if end < 0 {
		return len(text)
	}

	return end
}

// isNarrowWord reports whether a text continues with a space and a word of another script.
func isNarrowWord(text string) bool {
	if len(text) < 2 || text[0] != ' ' {
		return false
	}

	next, _ := utf8.DecodeRuneInString(text[1:])

	return next != ' ' && !isWide(next)
}

// width returns how many columns a text takes in a terminal.
func width(text string) int {
	columns := 0

	for _, char := range text {
		columns++

		if isWide(char) {
			columns++
		}
	}

	return columns
}

// isWide reports whether a character takes two columns in a Chinese terminal: a Han character, or the punctuation beside it.
func isWide(char rune) bool {
	const fullWidthForms = 0xff00

	return unicode.Is(unicode.Han, char) || strings.ContainsRune(neverFirst+neverLast, char) || char >= fullWidthForms && char <= fullWidthForms+0xef
}
