package reservation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

const secret = "Tr0ub4dor"

func TestURLs(t *testing.T) {
	t.Parallel()

	const user = "postgres://" + secret + ":" + secret + "@"

	for name, test := range map[string]struct {
		url       string
		problem   reservation.URLProblem
		parameter string
	}{
		"this machine":                    {url: user + "127.0.0.1:5433/qcc"},
		"this machine, by name":           {url: user + "localhost/qcc?sslmode=disable"},
		"this machine, IPv6":              {url: user + "[::1]:5433/qcc?sslmode=disable"},
		"the other scheme":                {url: "postgresql://u@db.example.com/qcc"},
		"verify-full":                     {url: user + "db.example.com/qcc?sslmode=verify-full&connect_timeout=5&application_name=x"},
		"verify-ca with a root":           {url: user + "db.example.com/qcc?sslmode=verify-ca&sslrootcert=/ca.pem"},
		"several hosts":                   {url: user + "a.example.com:5432,b.example.com:5433/qcc?target_session_attrs=read-write"},
		"an @ in the password":            {url: "postgres://u:p@" + secret + "@db.example.com/qcc"},
		"empty":                           {"", reservation.URLNone, ""},
		"no URL":                          {"host=db password=" + secret, reservation.URLScheme, ""},
		"another scheme":                  {"mysql://u:" + secret + "@h/qcc", reservation.URLScheme, ""},
		"a slash in the password":         {"postgres://u:" + secret + "/x@h/qcc", reservation.URLNone, ""},
		"a question mark in the password": {"postgres://u:" + secret + "?x@h/qcc", reservation.URLNone, ""},
		"a percent sign in the password":  {"postgres://u:" + secret + "%zz@h/qcc", reservation.URLNone, ""},
		"an @ and a slash in it":          {"postgres://u:p@" + secret + "/x@h/qcc", reservation.URLNone, ""},
		"an @, a slash and a question":    {"postgres://u:p@" + secret + "/x?y=z@h/qcc", reservation.URLNone, ""},
		"a database with a slash":         {user + "h/qcc/x", reservation.URLNone, ""},
		"escaped, a database may have it": {url: user + "h/q%40%2Fc"},
		"a number sign in the password":   {"postgres://u@h/qcc#" + secret, reservation.URLNone, ""},
		"a line break":                    {user + "h/qcc\n", reservation.URLNone, ""},
		"no user":                         {"postgres://h/qcc", reservation.URLNoUser, ""},
		"no host":                         {user + "/qcc", reservation.URLNoHost, ""},
		"no database":                     {user + "h/", reservation.URLNoDatabase, ""},
		"one of two hosts is empty":       {user + "h,/qcc", reservation.URLHost, ""},
		"a socket":                        {user + "%2Ftmp/qcc", reservation.URLNone, ""},
		"port 0":                          {user + "h:0/qcc", reservation.URLHost, ""},
		"a port out of range":             {user + "h:65537/qcc", reservation.URLHost, ""},
		"no TLS elsewhere":                {user + "db.example.com/qcc?sslmode=disable", reservation.URLPlain, ""},
		"no TLS, one of two is elsewhere": {user + "localhost,db.example.com/qcc?sslmode=disable", reservation.URLPlain, ""},
		"no TLS, a name that looks local": {user + "localhost.example.com/qcc?sslmode=disable", reservation.URLPlain, ""},
		"no TLS, another local address":   {user + "127.0.0.2/qcc?sslmode=disable", reservation.URLPlain, ""},
		"TLS without verification":        {user + "localhost/qcc?sslmode=require", reservation.URLTLS, ""},
		"TLS if the server likes":         {user + "h/qcc?sslmode=prefer", reservation.URLTLS, ""},
		"a mode that is none":             {user + "h/qcc?sslmode=verify-xyz", reservation.URLTLS, ""},
		"a registered configuration":      {user + "h/qcc?sslmode=pqgo-x", reservation.URLTLS, ""},
		"verify-ca without a root":        {user + "h/qcc?sslmode=verify-ca", reservation.URLTLS, ""},
		"verify-ca with all roots":        {user + "h/qcc?sslmode=verify-ca&sslrootcert=system", reservation.URLTLS, ""},
		"a mode twice":                    {user + "h/qcc?sslmode=verify-full&sslmode=disable", reservation.URLValue, "sslmode"},
		"an empty mode":                   {user + "h/qcc?sslmode=", reservation.URLValue, "sslmode"},
		"a standby":                       {user + "h/qcc?target_session_attrs=standby", reservation.URLValue, "target_session_attrs"},
		"a timeout that is none":          {user + "h/qcc?connect_timeout=soon", reservation.URLValue, "connect_timeout"},
		"hostaddr":                        {user + "localhost/qcc?hostaddr=192.0.2.1", reservation.URLParameter, "hostaddr"},
		"another host":                    {user + "localhost/qcc?host=192.0.2.1", reservation.URLParameter, "host"},
		"options":                         {user + "h/qcc?options=-c%20search_path%3Dx", reservation.URLParameter, "options"},
		"a run-time parameter":            {user + "h/qcc?search_path=x", reservation.URLParameter, "search_path"},
		"a service":                       {user + "h/qcc?service=x", reservation.URLParameter, "service"},
		"a password file":                 {user + "h/qcc?passfile=/x", reservation.URLParameter, "passfile"},
		"an inline certificate":           {user + "h/qcc?sslinline=true", reservation.URLParameter, "sslinline"},
		"text that could be secret":       {user + "h/qcc?" + secret, reservation.URLParameter, ""},
		"a semicolon":                     {user + "h/qcc?sslmode=disable;" + secret, reservation.URLParameter, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := reservation.NewPostgres(reservation.Config{URL: test.url, Account: account, Timeout: time.Second})
			if test.problem == "" {
				if err != nil {
					t.Error(err)
				}

				return
			}

			failed := new(reservation.URLError)
			if !errors.As(err, &failed) || *failed != (reservation.URLError{Problem: test.problem, Parameter: test.parameter}) {
				t.Fatalf("error %v, want %s %s", err, test.problem, test.parameter)
			}

			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error holds a secret: %v", err)
			}
		})
	}
}

func TestTheEnvironmentDoesNotRedirect(t *testing.T) {
	database := testkit.Postgres(t)

	for name, value := range map[string]string{
		"PGHOSTADDR": "192.0.2.1", "PGHOST": "192.0.2.1", "PGPORT": "1", "PGSSLMODE": "require", "PGOPTIONS": "-c search_path=nowhere", "PGSERVICE": "none",
		"PGUSER": "nobody", "PGDATABASE": "nothing", "PGPASSFILE": "/none", "PGREQUIRESSL": "1", "PGTARGETSESSIONATTRS": "standby",
	} {
		t.Setenv(name, value)
	}

	if !reserve(t, open(t, database.URL(), timeout), "one", allow(48)) {
		t.Error("refused")
	}
}

func TestTheDriverDoesNotPrintPasswords(t *testing.T) {
	t.Setenv("PQGO_DEBUG", "1")

	_, err := reservation.NewPostgres(reservation.Config{URL: "postgres://u@localhost/qcc", Timeout: time.Second})
	if failed := new(reservation.URLError); !errors.As(err, &failed) || failed.Problem != reservation.URLDebug {
		t.Errorf("error %v", err)
	}
}
