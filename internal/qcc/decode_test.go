package qcc

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// answers are bodies of every known shape, each with its result. The result is the radar_id module as total, consumed, deletable and
// remaining, with its unusable counts. If the answer cannot be used, it is the module and the value of the error.
var answers = map[string]struct {
	body, want string
	problem    Problem // Empty unless the answer cannot be used.
}{
	"document's sample":      {`{"status":"200","msg":"查询成功","result":[{"id":"radar_id","totalCount":50,"canDeletedCount":50,"consumedCount":2},{"id":"bene_id"}]}`, "50 2 50 48", ""},
	"document's table":       {`{"Status":"200","Message":"查询成功","Result":[{"Id":"radar_id","totalCount":50,"consumedCount":2}]}`, "50 2 - 48", ""},
	"any letter case":        {`{"STATUS":"200","RESULT":[{"ID":"radar_id","TOTALCOUNT":50,"consumedcount":2}]}`, "50 2 - 48", ""},
	"one object":             {`{"status":"200","result":{"id":"radar_id","totalCount":50,"consumedCount":2}}`, "50 2 - 48", ""},
	"status with spaces":     {`{"status":" 200 ","result":[{"id":"radar_id"}]}`, "- - - -", ""},
	"byte-order mark":        {"\xef\xbb\xbf \r\n" + `{"status":"200","result":[{"id":"radar_id"}]}` + "\n", "- - - -", ""},
	"result before status":   {`{"result":[{"totalCount":1,"consumedCount":1,"id":"radar_id"}],"status":"200"}`, "1 1 - 0", ""},
	"unknown fields":         {`{"status":"200","x":{"result":1},"x":[[]],"result":[{"id":"radar_id","unit":"次","unit":{}}]}`, "- - - -", ""},
	"counts as strings":      {`{"status":"200","result":[{"id":"radar_id","totalCount":"50","consumedCount":"2.0"}]}`, "50 2 - 48", ""},
	"counts with a fraction": {`{"status":"200","result":[{"id":"radar_id","totalCount":50.0,"consumedCount":-0.00}]}`, "50 0 - 50", ""},
	"counts not stated":      {`{"status":"200","result":[{"id":"radar_id","totalCount":null,"consumedCount":2,"canDeletedCount":null}]}`, "- 2 - -", ""},
	"consumption not stated": {`{"status":"200","result":[{"id":"radar_id","totalCount":5,"consumedCount":null}]}`, "5 - - -", ""},
	"more used than bought":  {`{"status":"200","result":[{"id":"radar_id","totalCount":5,"consumedCount":7}]}`, "5 7 - -2", ""},
	"largest counts":         {`{"status":"200","result":[{"id":"radar_id","totalCount":9223372036854775807,"consumedCount":"9223372036854775807.0"}]}`, "9223372036854775807 9223372036854775807 - 0", ""},
	"smallest difference":    {`{"status":"200","result":[{"id":"radar_id","totalCount":0,"consumedCount":9223372036854775807}]}`, "0 9223372036854775807 - -9223372036854775807", ""},
	"counts with exponents":  {`{"status":"200","result":[{"id":"radar_id","totalCount":5e1,"consumedCount":"2.0E0","canDeletedCount":1.0E7}]}`, "50 2 10000000 48", ""},
	"no record":              {`{"status":"201","msg":"查询无结果","result":null}`, "no record", ""},
	"no record, empty list":  {`{"status":"201","result":[]}`, "no record", ""},

	"count in words":            {`{"status":"200","result":[{"id":"radar_id","totalCount":"不限","consumedCount":2}]}`, `- 2 - - totalCount: "不限"`, ""},
	"empty count":               {`{"status":"200","result":[{"id":"radar_id","totalCount":""}]}`, `- - - - totalCount: ""`, ""},
	"count with a space":        {`{"status":"200","result":[{"id":"radar_id","totalCount":" 5"}]}`, `- - - - totalCount: " 5"`, ""},
	"half a count":              {`{"status":"200","result":[{"id":"radar_id","totalCount":1.5,"consumedCount":"1.5"}]}`, `- - - - totalCount: 1.5, consumedCount: "1.5"`, ""},
	"boolean as a count":        {`{"status":"200","result":[{"id":"radar_id","totalCount":true}]}`, "- - - - totalCount: true", ""},
	"object as a count":         {`{"status":"200","result":[{"id":"radar_id","canDeletedCount":{}}]}`, "- - - - canDeletedCount: {…}", ""},
	"list as a count":           {`{"status":"200","result":[{"id":"radar_id","totalCount":[5]}]}`, "- - - - totalCount: […]", ""},
	"2^63":                      {`{"status":"200","result":[{"id":"radar_id","totalCount":9223372036854775808}]}`, "- - - - totalCount: 9223372036854775808", ""},
	"10^40":                     {`{"status":"200","result":[{"id":"radar_id","totalCount":1` + strings.Repeat("0", 40) + `}]}`, "- - - - totalCount: (redacted)", ""},
	"1e40":                      {`{"status":"200","result":[{"id":"radar_id","totalCount":1e40}]}`, "- - - - totalCount: 1e40", ""},
	"negative total":            {`{"status":"200","result":[{"id":"radar_id","totalCount":-1,"consumedCount":2}]}`, "- 2 - - totalCount: -1", ""},
	"negative consumption":      {`{"status":"200","result":[{"id":"radar_id","totalCount":5,"consumedCount":"-100"}]}`, `5 - - - consumedCount: "-100"`, ""},
	"negative allowance":        {`{"status":"200","result":[{"id":"radar_id","totalCount":5,"consumedCount":2,"canDeletedCount":-1e0}]}`, "5 2 - 3 canDeletedCount: -1e0", ""},
	"count twice":               {`{"status":"200","result":[{"id":"radar_id","totalCount":5,"TotalCount":6}]}`, "- - - - totalCount:", ""},
	"count twice, once null":    {`{"status":"200","result":[{"id":"radar_id","totalCount":null,"TotalCount":6}]}`, "- - - - totalCount:", ""},
	"count of 40 characters":    {`{"status":"200","result":[{"id":"radar_id","totalCount":"` + strings.Repeat("长", 38) + `"}]}`, `- - - - totalCount: "` + strings.Repeat("长", 38) + `"`, ""},
	"count of 41 characters":    {`{"status":"200","result":[{"id":"radar_id","totalCount":"` + strings.Repeat("长", 39) + `"}]}`, `- - - - totalCount: "` + strings.Repeat("长", 39) + "…", ""},
	"count with a command":      {`{"status":"200","result":[{"id":"radar_id","totalCount":"##[error]\u202e"}]}`, `- - - - totalCount: "# [error]"`, ""},
	"other modules stay usable": {`{"status":"200","result":[{"id":"new_id","totalCount":"many"},{"id":"radar_id","totalCount":5,"consumedCount":2}]}`, "5 2 - 3", ""},

	"empty body":                {``, "", ProblemNoJSON},
	"a page":                    {`<html></html>`, "", ProblemNoJSON},
	"half a body":               {`{"status":"200","result":[{"id":"rad`, "", ProblemNoJSON},
	"something after it":        {`{"status":"200","result":[]} {}`, "", ProblemNoJSON},
	"bottomless":                {strings.Repeat(`[`, 100_000), "", ProblemNoJSON},
	"null":                      {`null`, "", ProblemNoStatus},
	"a list":                    {`[{"status":"200"}]`, "", ProblemNoObject},
	"no status":                 {`{"result":[]}`, "", ProblemNoStatus},
	"null status":               {`{"status":null,"result":[]}`, "", ProblemStatus},
	"wordy status":              {`{"status":"success","result":[]}`, "success", ProblemStatus},
	"negative status":           {`{"status":-200,"result":[]}`, "-200", ProblemStatus},
	"huge status":               {`{"status":20000000000000,"result":[]}`, "20000000000000", ProblemStatus},
	"status of four digits":     {`{"status":9999,"msg":"new"}`, "9999 new", ""},
	"status of five digits":     {`{"status":10000,"msg":"new"}`, "10000", ProblemStatus},
	"status object":             {`{"status":{"code":200},"result":[]}`, "{…}", ProblemStatus},
	"status list":               {`{"status":[200],"result":[]}`, "[…]", ProblemStatus},
	"two statuses":              {`{"status":"200","Status":"101","result":[]}`, "", ProblemTwice},
	"two results":               {`{"status":"200","result":null,"Result":[]}`, "", ProblemTwice},
	"no result":                 {`{"status":"200"}`, "", ProblemNoResult},
	"null result":               {`{"status":"200","result":null}`, "", ProblemNoResult},
	"a text as the result":      {`{"status":"200","result":"[]"}`, "", ProblemNoObject},
	"null as a module":          {`{"status":"200","result":[null]}`, "", ProblemID},
	"list in a list":            {`{"status":"200","result":[[]]}`, "", ProblemNoObject},
	"module without id":         {`{"status":"200","result":[{"totalCount":50}]}`, "", ProblemID},
	"empty object":              {`{"status":"200","result":{}}`, "", ProblemID},
	"empty id":                  {`{"status":"200","result":[{"id":""}]}`, "", ProblemID},
	"null id":                   {`{"status":"200","result":[{"id":null}]}`, "", ProblemID},
	"two ids":                   {`{"status":"200","result":[{"id":"bene_id","Id":"radar_id"}]}`, "", ProblemID},
	"number as id":              {`{"status":"200","result":[{"id":7}]}`, "", ProblemID},
	"module twice":              {`{"status":"200","result":[{"id":"radar_id"},{"id":"radar_id"}]}`, "radar_id", ProblemModuleTwice},
	"the first fault counts":    {`{"status":"200","result":[{"id":""},7]}`, "", ProblemID},
	"minus nothing as status":   {`{"status":-0}`, "-0", ProblemStatus},
	"id with a compatible sign": {`{"status":"200","result":[{"id":"\u212b"}]}`, "\u212b", ProblemIDText},
	"id with a filler":          {`{"status":"200","result":[{"id":"a\u3164b"}]}`, "ab", ProblemIDText},
	"id that is not NFC":        {`{"status":"200","result":[{"id":"e\u0301"}]}`, "e", ProblemIDText},
	"id with a line break":      {`{"status":"200","result":[{"id":"radar\n_id"}]}`, "radar _id", ProblemIDText},
	"id with a control":         {`{"status":"200","result":[{"id":"radar\u001b_id"}]}`, "radar_id", ProblemIDText},
	"id with a space":           {`{"status":"200","result":[{"id":"radar id"}]}`, "radar id", ProblemIDText},
	"id with two colons":        {`{"status":"200","result":[{"id":"radar::id"}]}`, "radar::id", ProblemIDText},
	"id with two number signs":  {`{"status":"200","result":[{"id":"radar##id"}]}`, "radar# id", ProblemIDText},
	"id with signs apart":       {`{"status":"200","result":[{"id":"radar:#!:#id"},{"id":"radar_id"}]}`, "- - - -", ""},
	"id that is not UTF-8":      {`{"status":"200","result":[{"id":"` + "\xff" + `"}]}`, "\ufffd", ProblemIDText},
	"id of 64 characters":       {`{"status":"200","result":[{"id":"` + strings.Repeat("长", 64) + `"},{"id":"radar_id"}]}`, "- - - -", ""},
	"id of 65 characters":       {`{"status":"200","result":[{"id":"` + strings.Repeat("长", 65) + `"}]}`, strings.Repeat("长", 65), ProblemIDText},
	"1,000 modules":             {`{"status":"200","result":[{"id":"radar_id"}` + rows(999) + `]}`, "- - - -", ""},
	"1,001 modules":             {`{"status":"200","result":[{"id":"radar_id"}` + rows(1000) + `]}`, "", ProblemManyModules},
	"no record, with modules":   {`{"status":"201","result":[{"id":"radar_id"}]}`, "", ProblemResult},

	"refusal":               {`{"status":"101","msg":"当前的 KEY 无效","result":null}`, "101 当前的 KEY 无效", ""},
	"refusal with message":  {`{"Status":101,"Message":"【无效请求】","Result":{}}`, "101 【无效请求】", ""},
	"refusal, no words":     {`{"status":"107"}`, "107 ", ""},
	"refusal, odd words":    {`{"status":"107","msg":{"a":1}}`, "107 {…}", ""},
	"refusal, any result":   {`{"status":"107","result":[{"id":1,"id":2}]}`, "107 ", ""},
	"code beyond the table": {`{"status":"777","msg":"new"}`, "777 new", ""},
}

// rows returns a number of modules as JSON, each after a comma.
func rows(count int) string {
	var written strings.Builder

	for i := range count {
		fmt.Fprintf(&written, `,{"id":"module_%d"}`, i)
	}

	return written.String()
}

// outcome returns the result of decodeQuota for a body, in the form of the table.
func outcome(body string) (string, Problem) {
	quota, _, err := decodeQuota([]byte(body), nil)

	switch failed := err.(type) { //nolint:errorlint // decodeQuota does not wrap its errors.
	case *StatusError:
		return fmt.Sprintf("%d %s", failed.Status.Code, failed.Message), ""
	case *AnswerError:
		return strings.Join(strings.Fields(fmt.Sprint(failed.Module, " ", failed.Value)), " "), failed.Problem
	}

	if quota.NoRecord {
		return "no record", ""
	}

	count := func(n *int64) string {
		if n == nil {
			return "-"
		}

		return fmt.Sprint(*n)
	}
	radar := quota.Modules["radar_id"]

	unusable := make([]string, 0, len(radar.Unusable))
	for _, wrong := range radar.Unusable {
		unusable = append(unusable, fmt.Sprint(wrong.Field, ": ", wrong.Stated))
	}

	return strings.TrimSuffix(strings.Join([]string{
		count(radar.Total), count(radar.Consumed), count(radar.Deletable), count(radar.Remaining), strings.Join(unusable, ", "),
	}, " "), " "), ""
}

func TestDecodeQuota(t *testing.T) {
	t.Parallel()

	for name, answer := range answers {
		if got, problem := outcome(answer.body); got != answer.want || problem != answer.problem {
			t.Errorf("%s: %s\ngives %q, %q, want %q, %q", name, answer.body, got, problem, answer.want, answer.problem)
		}
	}
}

func TestTextsOfAnswerErrors(t *testing.T) {
	t.Parallel()

	r := newRedactor(testKey)
	id, value := r.safe("radar_id"), r.safe("50.5")

	for want, failed := range map[string]*AnswerError{
		"the answer cannot be used: bad-status":                              {Problem: ProblemStatus},
		"the answer cannot be used: bad-status: 50.5":                        {Problem: ProblemStatus, Value: value},
		"the answer cannot be used: module-twice: module \"radar_id\"":       {Problem: ProblemModuleTwice, Module: id},
		"the answer cannot be used: module-twice: module \"radar_id\": 50.5": {Problem: ProblemModuleTwice, Module: id, Value: value},
	} {
		if got := failed.Error(); got != want {
			t.Errorf("the error says %q, want %q", got, want)
		}
	}
}

// FuzzDecodeQuota compares the decoder with encoding/json. The decoder may refuse a body, but what it returns must be in the body.
func FuzzDecodeQuota(f *testing.F) {
	for _, answer := range answers {
		f.Add([]byte(answer.body))
	}

	for _, id := range []string{testKey, strings.ToLower(testSecret[3:11]), "m_" + testToken[:8], "11111111111111112222222222222222", "\u200b", "e\u0301", "K\u212a"} {
		f.Add([]byte(`{"status":"200","result":[{"id":"` + id + `","totalCount":"1e1"}]}`))
	}

	f.Add([]byte(`{"\u017ftatus":200,"msg":"` + testKey + testToken + `","result":{"ID":"x","totalCount":0e9999,"con\u017fumedCount":-0,"canDeletedCount":10e-1}}`))
	f.Add([]byte(`{"status":"200","result":{"id":"x","totalCount":"` + testKey + `","consumedCount":-12345678,"consumedCount":1}}`))
	f.Add([]byte(`{"status":12345678}`)) // These digits are a part of the key.
	f.Add([]byte(`{"status":"101","msg":"` + testKey + "1700000000" + testSecret + `"}`))

	r := newRedactor(testKey, testSecret).with([]string{foldCase(testToken)})

	f.Fuzz(func(t *testing.T, body []byte) {
		quota, status, err := decodeQuota(body, r)
		if err != nil {
			checkRefusal(t, quota, status, err)

			return
		}

		stated := statedModules(t, body)

		if quota.NoRecord != (status.Class == ClassEmpty) || quota.NoRecord && len(quota.Modules) > 0 || !quota.NoRecord && quota.Modules == nil {
			t.Errorf("status %d gives %+v", status.Code, quota)
		}

		if len(quota.Modules) != len(stated) || len(quota.Modules) > 1000 {
			t.Errorf("there are %d modules, and the body states %d", len(quota.Modules), len(stated))
		}

		for id, module := range quota.Modules {
			checkID(t, id)
			checkModule(t, id, module, stated[id])
		}
	})
}

// checkRefusal checks the results beside an error, and that the error shows no secret.
func checkRefusal(t *testing.T, quota Quota, status Status, err error) {
	t.Helper()

	if len(quota.Modules) > 0 || quota.NoRecord {
		t.Errorf("%+v beside the error %v", quota, err)
	}

	text := err.Error()

	switch failed := err.(type) { //nolint:errorlint // decodeQuota does not wrap its errors.
	case *StatusError:
		if failed.Status != status || status.Class == ClassOK || status.Class == ClassEmpty {
			t.Errorf("status %+v ends in %+v", status, failed)
		}

		text = failed.Message.String() // The code is not checked, because errors show a code whatever its digits.
	case *AnswerError:
		if !slices.Contains(Problems(), failed.Problem) {
			t.Errorf("the problem is %q", failed.Problem)
		}
	default:
		t.Errorf("the error is %T", err)
	}

	if secret := partOfASecret(strings.ReplaceAll(text, hidden, "\n"), testKey, testSecret, testToken); secret != "" {
		t.Errorf("the error shows %q: %q", secret, text)
	}
}

// checkID checks that an id may be stored in Terraform's state.
func checkID(t *testing.T, id string) {
	t.Helper()

	if id == "" || utf8.RuneCountInString(id) > 64 || !norm.NFC.IsNormalString(id) || !utf8.ValidString(id) ||
		strings.ContainsFunc(id, func(char rune) bool { return !unicode.IsPrint(char) || char == ' ' || char == utf8.RuneError }) ||
		strings.Contains(id, "::") || strings.Contains(id, "##") {
		t.Errorf("%q is an id", id)
	}

	if secret := partOfASecret(id, testKey, testSecret, testToken); secret != "" {
		t.Errorf("the id %q holds %q", id, secret)
	}
}

// checkModule compares a module with the members of its JSON object.
func checkModule(t *testing.T, id string, module Module, stated map[string]any) {
	t.Helper()

	if module.Name == "" || IsDocumentedModule(id) == (module.Name == id) {
		t.Errorf("the name of %q is %q", id, module.Name)
	}

	for field, count := range map[string]*int64{"totalCount": module.Total, "consumedCount": module.Consumed, "canDeletedCount": module.Deletable} {
		said := member(stated, field)
		wrong := slices.IndexFunc(module.Unusable, func(u UnusableCount) bool { return u.Field == field })

		switch {
		case wrong >= 0:
			if secret := partOfASecret(strings.ReplaceAll(module.Unusable[wrong].Stated.String(), hidden, "\n"), testKey, testSecret, testToken); count != nil || secret != "" {
				t.Errorf("module %q has %+v, which shows %q", id, module, secret)
			}
		case (count == nil) != (said == nil):
			t.Errorf("module %q has the %s %v, and the body states %v", id, field, count, said)
		case count == nil:
		case *count < 0:
			t.Errorf("module %q has the %s %d", id, field, *count)
		default:
			if number := wholeNumber(fmt.Sprint(said)); number != "" && number != fmt.Sprint(*count) {
				t.Errorf("module %q has the %s %d, and the body states %v", id, field, *count, said)
			}
		}
	}

	if known := module.Total != nil && module.Consumed != nil; known != (module.Remaining != nil) {
		t.Errorf("module %q has %+v", id, module)
	}

	if module.Remaining != nil && *module.Remaining+*module.Consumed != *module.Total {
		t.Errorf("module %q: %d is not %d - %d", id, *module.Remaining, *module.Total, *module.Consumed)
	}
}

// statedModules returns the modules of a body by their ids, as encoding/json reads them.
func statedModules(t *testing.T, body []byte) map[string]map[string]any {
	t.Helper()

	var whole map[string]any

	decoder := json.NewDecoder(strings.NewReader(strings.TrimPrefix(string(body), "\xef\xbb\xbf")))
	decoder.UseNumber()

	if err := decoder.Decode(&whole); err != nil {
		t.Fatalf("the quota was read from something that is no object: %v", err)
	}

	modules := map[string]map[string]any{}
	result := member(whole, "result")

	list, ok := result.([]any)
	if !ok && result != nil {
		list = []any{result}
	}

	for _, element := range list {
		module, _ := element.(map[string]any)
		modules[fmt.Sprint(member(module, "id"))] = module
	}

	return modules
}

// member returns the member of an object with a name in any letter case.
func member(object map[string]any, name string) any {
	for key, found := range object {
		if strings.EqualFold(key, name) {
			return found
		}
	}

	return nil
}

// wholeNumber returns a number without fraction and exponent. The result is empty if the exponent would take big.Rat hours, and "no number"
// if the text is no number.
func wholeNumber(text string) string {
	_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if shift, err := strconv.Atoi(exponent); exponent != "" && (err != nil || max(shift, -shift) > 1000) {
		return ""
	}

	number, ok := new(big.Rat).SetString(text)
	if !ok || !number.IsInt() {
		return "no number"
	}

	return number.Num().String()
}

// BenchmarkDecodeQuota decodes the known modules, and far more modules than any account has.
func BenchmarkDecodeQuota(b *testing.B) {
	for _, size := range []int{3, maxModules} {
		rows := make([]string, 0, size)
		for i := range size {
			rows = append(rows, fmt.Sprintf(`{"id":"module_%d_id","totalCount":50,"canDeletedCount":50,"consumedCount":2}`, i))
		}

		body := []byte(`{"status":"200","msg":"查询成功","result":[` + strings.Join(rows, ",") + `]}`)

		b.Run(fmt.Sprintf("modules=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))

			for b.Loop() {
				if quota, _, err := decodeQuota(body, nil); err != nil || len(quota.Modules) != size {
					b.Fatal(len(quota.Modules), err)
				}
			}
		})
	}
}
