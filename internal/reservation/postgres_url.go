package reservation

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
)

// URLProblem names the reason why the URL of a database is refused. Package message has a sentence for each.
type URLProblem string

// The problems of URLs. The comment of a problem names the fields of URLError that it uses.
const (
	URLNone       URLProblem = "no-url"
	URLScheme     URLProblem = "scheme"
	URLNoUser     URLProblem = "no-user"
	URLNoHost     URLProblem = "no-host"
	URLNoDatabase URLProblem = "no-database"
	// URLHost: a host is the path of a socket, or is not a name or an address with a port.
	URLHost URLProblem = "host"
	// URLParameter uses Parameter, which may not be set in the URL.
	URLParameter URLProblem = "parameter"
	// URLValue uses Parameter, which has a value that is not valid, or is set twice.
	URLValue URLProblem = "value"
	// URLTLS: sslmode is neither verify-full nor verify-ca with an sslrootcert.
	URLTLS URLProblem = "tls"
	// URLPlain: sslmode is disable, and a host is not this machine.
	URLPlain URLProblem = "plain"
	// URLDebug: PQGO_DEBUG, with which the driver prints passwords, is set.
	URLDebug URLProblem = "debug"
)

// URLProblems returns all problems of URLs.
func URLProblems() []URLProblem {
	return []URLProblem{
		URLNone, URLScheme, URLNoUser, URLNoHost, URLNoDatabase, URLHost, URLParameter, URLValue, URLTLS, URLPlain, URLDebug,
	}
}

// URLError means that the URL of a database is refused. It never holds a value of the URL.
type URLError struct {
	Problem URLProblem
	// Parameter is the name of the query parameter. It is empty if the name could be a part of a password.
	Parameter string
}

// Error returns a text without secrets.
func (e *URLError) Error() string {
	return fmt.Sprintf("URL of the reservation database: %s %s", e.Problem, e.Parameter)
}

// URLParameters returns the query parameters that a URL may have.
func URLParameters() []string {
	return []string{
		"application_name", "connect_timeout", "sslcert", "sslkey", "sslmode", "sslnegotiation", "sslrootcert", "target_session_attrs",
	}
}

// driverConfig returns the driver's configuration for a URL. A connection attempt ends after connectTimeout if the URL has no other.
//
// The configuration comes from the URL alone. pq.NewConfig also reads PGHOSTADDR, PGOPTIONS, PGSERVICE, PGSSLMODE and others, which can
// redirect or weaken a connection, and fails with texts that hold passwords.
func driverConfig(text string, connectTimeout time.Duration) (pq.Config, error) {
	config := pq.Config{
		ApplicationName: "terraform-provider-qcc", ConnectTimeout: connectTimeout, SSLSNI: true, MinProtocolVersion: pq.ProtocolVersion30,
		MaxProtocolVersion: pq.ProtocolVersion30, ClientEncoding: "UTF8", Datestyle: "ISO, MDY",
		BinaryParameters: true, // One round trip instead of two, and no prepared statement, which a pooler could not keep.
	}

	if os.Getenv("PQGO_DEBUG") != "" {
		return config, &URLError{Problem: URLDebug}
	}

	scheme, _, found := strings.Cut(text, "://")
	if text == "" {
		return config, &URLError{Problem: URLNone}
	} else if !found || scheme != "postgres" && scheme != "postgresql" {
		return config, &URLError{Problem: URLScheme}
	}

	location, err := url.Parse(text)

	switch {
	case err != nil || location.Fragment != "":
		return config, &URLError{Problem: URLNone} // The error's text would hold the password.
	case location.User.Username() == "":
		return config, &URLError{Problem: URLNoUser}
	case location.Host == "":
		return config, &URLError{Problem: URLNoHost}
	case len(location.Path) < len("/x"):
		return config, &URLError{Problem: URLNoDatabase}
	case strings.Contains(location.EscapedPath()+location.RawQuery, "@"), strings.Contains(location.EscapedPath()[1:], "/"):
		return config, &URLError{Problem: URLNone} // The host would be a part of a password with an @, and errors show the host.
	}

	config.User, config.Database = location.User.Username(), location.Path[1:]
	config.Password, _ = location.User.Password()

	for _, set := range []func() error{
		func() error { return setHosts(&config, location.Host) },
		func() error { return setParameters(&config, location.RawQuery) },
		func() error { return setTLS(&config) },
	} {
		if err := set(); err != nil {
			return config, err
		}
	}

	return config, nil
}

// setParameters sets the query parameters of a URL.
func setParameters(config *pq.Config, query string) error {
	parameters, err := url.ParseQuery(query)
	if err != nil {
		return &URLError{Problem: URLParameter}
	}

	for name, values := range parameters {
		if !slices.Contains(URLParameters(), name) {
			if !regexp.MustCompile(`^[a-z_]{1,30}$`).MatchString(name) {
				name = ""
			}

			return &URLError{Problem: URLParameter, Parameter: name}
		}

		if len(values) > 1 || values[0] == "" || !setParameter(config, name, values[0]) {
			return &URLError{Problem: URLValue, Parameter: name}
		}
	}

	return nil
}

// setHosts sets the hosts and ports of a URL, which are separated by commas.
func setHosts(config *pq.Config, list string) error {
	hostName := regexp.MustCompile(`^[0-9A-Za-z_]([0-9A-Za-z_.-]*[0-9A-Za-z_.])?$`)

	for i, item := range strings.Split(list, ",") {
		part := url.URL{Host: item}
		host, text := part.Hostname(), part.Port()

		if text == "" {
			text = "5432"
		}

		port, err := strconv.ParseUint(text, 10, 16)
		if _, noAddress := netip.ParseAddr(host); err != nil || port == 0 || noAddress != nil && !hostName.MatchString(host) {
			return &URLError{Problem: URLHost}
		}

		if i == 0 {
			config.Host, config.Port = host, uint16(port)
		} else {
			config.Multi = append(config.Multi, pq.ConfigMultihost{Host: host, Port: uint16(port)})
			config.TargetSessionAttrs = pq.TargetSessionAttrsPrimary // The first host may be a standby after a failover.
		}
	}

	return nil
}

// setParameter sets a parameter of URLParameters. It reports whether the value is valid. setTLS checks sslmode.
func setParameter(config *pq.Config, name, value string) bool {
	switch name {
	case "application_name":
		config.ApplicationName = value
	case "connect_timeout":
		seconds, err := strconv.ParseUint(value, 10, 16)
		config.ConnectTimeout = time.Duration(seconds) * time.Second

		return err == nil && seconds > 0
	case "sslcert":
		config.SSLCert = value
	case "sslkey":
		config.SSLKey = value
	case "sslmode":
		config.SSLMode = pq.SSLMode(value)
	case "sslnegotiation":
		config.SSLNegotiation = pq.SSLNegotiation(value)

		return value == string(pq.SSLNegotiationPostgres) || value == string(pq.SSLNegotiationDirect)
	case "sslrootcert":
		config.SSLRootCert = value
	case "target_session_attrs":
		config.TargetSessionAttrs = pq.TargetSessionAttrs(value)

		return slices.Contains([]string{"any", "primary", "read-write"}, value)
	}

	return true
}

// setTLS checks that the driver verifies the server's certificate. It may only do without TLS if all hosts are this machine, and does so
// there if the URL has no sslmode. Elsewhere the default is verify-full.
func setTLS(config *pq.Config) error {
	remote := !isLoopback(config.Host)
	for _, host := range config.Multi {
		remote = remote || !isLoopback(host.Host)
	}

	if config.SSLMode == "" {
		config.SSLMode = pq.SSLModeDisable
		if remote || config.SSLRootCert != "" {
			config.SSLMode = pq.SSLModeVerifyFull
		}
	}

	switch {
	case config.SSLMode == pq.SSLModeDisable && remote:
		return &URLError{Problem: URLPlain}
	case config.SSLMode == pq.SSLModeDisable, config.SSLMode == pq.SSLModeVerifyFull:
		return nil
	case config.SSLMode == pq.SSLModeVerifyCA && config.SSLRootCert != "" && config.SSLRootCert != "system":
		return nil
	}

	return &URLError{Problem: URLTLS}
}

// isLoopback reports whether a host of a URL is this machine.
func isLoopback(host string) bool {
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, host)
}

// hostsOf returns the hosts and ports of a configuration, for people.
func hostsOf(config *pq.Config) string {
	hosts := make([]string, 0, 1+len(config.Multi))
	for _, host := range append([]pq.ConfigMultihost{{Host: config.Host, Port: config.Port}}, config.Multi...) {
		hosts = append(hosts, net.JoinHostPort(host.Host, strconv.Itoa(int(host.Port))))
	}

	return strings.Join(hosts, ",")
}
