package emulator_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestSampleOfTheDocument(t *testing.T) {
	t.Parallel()

	got, response := ask(t, emulator.New(emulator.WithBehavior(then(0))), query(t))
	if want := (body{"200", "查询成功", emulator.Sample()}); !reflect.DeepEqual(got, want) {
		t.Errorf("answer is %+v, want %+v", got, want)
	}

	if date, err := http.ParseTime(response.Header.Get("Date")); err != nil || date.Sub(time.Unix(1_700_000_000, 0)).Abs() > time.Minute {
		t.Errorf("Date is %q, want that of the emulator's clock", response.Header.Get("Date"))
	}
}

func TestBehaviorsThatTheDocumentDoesNotDefine(t *testing.T) {
	t.Parallel()

	one := emulator.Module{ID: "radar_id", Total: 5, CanDeleted: 2, Consumed: 1}

	for name, test := range map[string]struct {
		behavior emulator.Behavior
		modules  []emulator.Module
		want     string
	}{
		"nothing":     {emulator.Behavior{}, []emulator.Module{one}, `{"msg":"查询成功","result":[{"canDeletedCount":2,"consumedCount":1,"id":"radar_id","totalCount":5}],"status":"200"}`},
		"no modules":  {emulator.Behavior{}, nil, `{"msg":"查询成功","result":[],"status":"200"}`},
		"prefixed":    {emulator.Behavior{Prefixed: true}, nil, `{"msg":"【有效请求】查询成功","result":[],"status":"200"}`},
		"invalid":     {emulator.Behavior{Prefixed: true, Code: 101}, nil, `{"msg":"【无效请求】当前的 KEY 无效或者还未生效中","result":null,"status":"101"}`},
		"message":     {emulator.Behavior{Message: "hello"}, nil, `{"msg":"hello","result":[],"status":"200"}`},
		"capitalized": {emulator.Behavior{Capitalized: true}, []emulator.Module{one}, `{"Message":"查询成功","Result":[{"Id":"radar_id","canDeletedCount":2,"consumedCount":1,"totalCount":5}],"Status":"200"}`},
		"numeric":     {emulator.Behavior{Numeric: true}, nil, `{"msg":"查询成功","result":[],"status":200}`},
		"quoted":      {emulator.Behavior{Quoted: true}, []emulator.Module{one}, `{"msg":"查询成功","result":[{"canDeletedCount":"2","consumedCount":"1","id":"radar_id","totalCount":"5"}],"status":"200"}`},
		"single":      {emulator.Behavior{Single: true}, []emulator.Module{one}, `{"msg":"查询成功","result":{"canDeletedCount":2,"consumedCount":1,"id":"radar_id","totalCount":5},"status":"200"}`},
		"body":        {emulator.Behavior{Body: "<html>"}, nil, "<html>"},
		"size":        {emulator.Behavior{Body: "<html>", Size: 8}, nil, "<html>  "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			test.behavior.Clock = then(0).Clock
			service := emulator.New(emulator.WithBehavior(test.behavior), emulator.WithModules(test.modules...))

			if got := serve(service, query(t)).Body.String(); got != test.want {
				t.Errorf("body is %s, want %s", got, test.want)
			}
		})
	}
}

func TestAnswersAreCompressedForClientsThatAcceptGzip(t *testing.T) {
	t.Parallel()

	behavior := then(0)
	behavior.Gzip = true

	service := emulator.New(emulator.WithBehavior(behavior))

	request := query(t)
	if plain := serve(service, request).Body.Bytes(); !json.Valid(plain) {
		t.Errorf("without Accept-Encoding, the body is %q", plain)
	}

	request.Header.Set("Accept-Encoding", "gzip")

	unzipped, err := gzip.NewReader(serve(service, request).Body)
	if err != nil {
		t.Fatal(err)
	}

	if content, err := io.ReadAll(unzipped); err != nil || !json.Valid(content) {
		t.Errorf("with Accept-Encoding, the body is %q, %v", content, err)
	}
}
