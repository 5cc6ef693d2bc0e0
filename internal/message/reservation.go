package message

import (
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

// InvalidReservationTTL returns the error for a TTL that is no duration, or out of bounds.
func (l Language) InvalidReservationTTL(field qcc.Field) (title, detail string) {
	return l.diagnostic(invalidConfiguration(), l.join(l.cannotBeUsed(field, ""), Text{
		`It must be a duration from 5m to 24h, such as "60m".`, `必须是 5m 到 24h 之间的时长，例如 "60m"。`,
	}.In(l)))
}

// InvalidReservationDatabase returns the error for the URL of a database. The variable is the environment variable that holds the URL; empty
// if the provider block holds it. The error never repeats a part of the URL, except the name of a parameter.
func (l Language) InvalidReservationDatabase(err *reservation.URLError, field qcc.Field, variable string) (title, detail string) {
	why := urlProblems()[err.Problem].In(l)

	if err.Parameter != "" {
		why = l.join(why, l.format(Text{"The parameter is %s.", "该参数是 %s。"}, err.Parameter))
	}

	if err.Problem == reservation.URLParameter {
		why = l.join(why, l.format(Text{"Supported are: %s.", "支持的参数：%s。"}, l.list(reservation.URLParameters())))
	}

	return l.diagnostic(invalidConfiguration(), l.join(l.cannotBeUsed(field, variable), why))
}

// urlProblems returns the text for each problem of reservation.URLProblems. It does not name the parameter.
func urlProblems() map[reservation.URLProblem]Text {
	const example = `"postgres://qcc@db.example.com:5432/qcc"`

	return map[reservation.URLProblem]Text{
		reservation.URLNone: {
			"It is not a URL such as " + example + ". Write special characters of a password as %40 (@), %2F (/), %3A (:).",
			"不是 " + example + " 这样的 URL。密码中的特殊字符请写成 %40（@）、%2F（/）、%3A（:）。",
		},
		reservation.URLScheme:     {"It must begin with postgres:// or postgresql://.", "必须以 postgres:// 或 postgresql:// 开头。"},
		reservation.URLNoUser:     {"It has no user, as in " + example + ".", "缺少用户名，应写成 " + example + " 这样的形式。"},
		reservation.URLNoHost:     {"It has no host, as in " + example + ".", "缺少主机，应写成 " + example + " 这样的形式。"},
		reservation.URLNoDatabase: {"It has no name of a database, as in " + example + ".", "缺少数据库名，应写成 " + example + " 这样的形式。"},
		reservation.URLHost: {
			"A host in it is not a name or an address with at most a port. Sockets are not supported.", "主机必须是名称或地址，可以加端口。不支持 socket 路径。",
		},
		reservation.URLParameter: {
			"It has a query parameter that is not supported.", "含有不支持的查询参数。",
		},
		reservation.URLValue: {"A query parameter has no valid value, or is set twice.", "有查询参数的值无效，或者重复设置。"},
		reservation.URLTLS: {
			"sslmode must be verify-full, or verify-ca together with sslrootcert, so that the provider verifies the server.",
			"sslmode 必须是 verify-full，或者与 sslrootcert 一起使用的 verify-ca，这样 provider 才会验证服务器。",
		},
		reservation.URLPlain: {
			"sslmode=disable is supported for loopback hosts only (localhost, 127.0.0.1, ::1). Use sslmode=verify-full.",
			"sslmode=disable 只能用于本机回环地址（localhost、127.0.0.1、::1）。请使用 sslmode=verify-full。",
		},
		reservation.URLDebug: {
			"The environment variable PQGO_DEBUG is set, with which the database driver prints passwords. Unset it.",
			"设置了环境变量 PQGO_DEBUG，数据库驱动会因此输出密码。请取消该变量。",
		},
	}
}

// GateNotReserved returns the error for a gate that cannot be judged, because the reservation database does not do its part.
func (l Language) GateNotReserved(err *reservation.Error) (title, detail string) {
	said := reservationFailure(err.Failure)
	lines := []string{l.format(Text{"Database: %s", "数据库：%s"}, err.Host)}

	if err.Code != "" {
		lines = append(lines, l.format(Text{"SQLSTATE: %s", "错误码（SQLSTATE）：%s"}, err.Code))
	}

	return l.diagnostic(said.Title, said.Meaning.In(l), facts(lines...), said.Remedy.In(l), Text{
		"The provider asks the database because this gate adds something. Runs that add nothing do not need it.",
		"本门禁有新增用量，所以 provider 查询了数据库。没有新增用量的运行不需要数据库。",
	}.In(l), l.advice(0))
}

// reservationFailure explains a failure of the reservation database. The meaning says what happened.
func reservationFailure(failure reservation.Failure) Explanation {
	explanation, found := databaseFailures()[failure]
	if !found {
		explanation = transactionFailures()[failure]
	}

	explanation.Title = Text{"QCC reservation database cannot be used", "无法使用预留数据库"}

	return explanation
}

// schema is the file with the tables.
const schema = "examples/reservations/schema.sql"

// databaseFailures returns the meaning and the remedy of failures that last until a person changes the database, the network or the URL.
func databaseFailures() map[reservation.Failure]Explanation {
	return map[reservation.Failure]Explanation{
		reservation.FailureUnreachable: {
			Meaning: Text{"The reservation database cannot be reached.", "无法连接预留数据库。"},
			Remedy: Text{
				"Check the host and the port in reservation_database (QCC_RESERVATION_DATABASE), the firewall, and whether the server runs.",
				"请检查 reservation_database（QCC_RESERVATION_DATABASE）中的主机和端口、防火墙，以及数据库服务是否在运行。",
			},
		},
		reservation.FailureTLS: {
			Meaning: Text{
				"The certificate of the reservation database cannot be verified, or the server does not use TLS.",
				"预留数据库的证书无法验证，或者服务器没有启用 TLS。",
			},
			Remedy: Text{
				"Set sslrootcert to the file of the certificate authority, and use the host name that the certificate has. The server needs ssl = on.",
				"请把 sslrootcert 设为签发机构的证书文件，主机名要与证书一致。服务器需要设置 ssl = on。",
			},
		},
		reservation.FailureLogin: {
			Meaning: Text{"The reservation database refuses the login.", "预留数据库拒绝登录。"},
			Remedy: Text{
				"Check the user and the password in reservation_database (QCC_RESERVATION_DATABASE), and the line for this client in pg_hba.conf.",
				"请检查 reservation_database（QCC_RESERVATION_DATABASE）中的用户名和密码，以及 pg_hba.conf 中针对本机的规则。",
			},
		},
		reservation.FailureNoDatabase: {
			Meaning: Text{"The server has no database of this name.", "服务器上没有这个数据库。"},
			Remedy: Text{
				"Correct the name of the database in reservation_database. If it is correct, create the database, and its tables with " + schema + ".",
				"请更正 reservation_database 中的数据库名。如果没有写错，请先创建数据库，再用 " + schema + " 建表。",
			},
		},
		reservation.FailureReadOnly: {
			Meaning: Text{"The reservation database is read-only.", "预留数据库是只读的。"},
			Remedy: Text{
				"Use the address of the primary server. A standby cannot reserve quota.", "请使用主库的地址。备库不能预留额度。",
			},
		},
		reservation.FailureNoTables: {
			Meaning: Text{"The reservation database lacks the tables of reservations.", "预留数据库中没有所需的表。"},
			Remedy: Text{
				"Check the name of the database and the search_path of the user. If both are correct, have the owner of the database run " + schema + ".",
				"请检查数据库名和该用户的 search_path。如果都没有问题，请由数据库的所有者执行 " + schema + "。",
			},
		},
		reservation.FailureNoRights: {
			Meaning: Text{"The user of the reservation database may not read or write its tables.", "该数据库用户没有读写这些表的权限。"},
			Remedy: Text{
				"Have the owner of the tables run: GRANT qcc_gates TO the user. " + schema + " has this role and its rights.",
				"请由表的所有者执行 GRANT qcc_gates TO 该用户。角色及其权限见 " + schema + "。",
			},
		},
	}
}

// transactionFailures returns the meaning and the remedy of the other failures.
func transactionFailures() map[reservation.Failure]Explanation {
	return map[reservation.Failure]Explanation{
		reservation.FailureTooManyConnections: {
			Meaning: Text{
				"The reservation database accepted no further connection within the timeout.", "在 timeout 时间内，预留数据库一直没有空闲连接。",
			},
			Remedy: Text{
				"Raise max_connections, put a connection pooler such as pgbouncer in front, or run fewer pipelines at once.",
				"请调高 max_connections，使用 pgbouncer 等连接池，或者减少同时运行的流水线。",
			},
		},
		reservation.FailureLocked: {
			Meaning: Text{
				"Another run held the account's lock in the reservation database for the whole timeout.", "在整个 timeout 时间内，预留数据库中该账号的锁一直被其他运行占用。",
			},
			Remedy: Text{
				"Run this again. If it happens again, look for a session that waits in a transaction (pg_stat_activity), or raise timeout in the provider block.",
				"请重新运行。如果仍然如此，请在 pg_stat_activity 中查找停在事务中的会话，或者调大 provider 块中的 timeout。",
			},
		},
		reservation.FailureSlow: {
			Meaning: Text{"The reservation database did not answer within the timeout.", "预留数据库在 timeout 时间内没有响应。"},
			Remedy: Text{
				"Check the load of the database and the network to it, or raise timeout in the provider block.",
				"请检查数据库的负载和网络，或者调大 provider 块中的 timeout。",
			},
		},
		reservation.FailureStale: {
			Meaning: Text{
				"Each time that the database gave the lock, the quota that the provider had read was more than a minute old.",
				"每次拿到数据库的锁时，provider 所读的额度都已是一分钟以前的。",
			},
			Remedy: Text{
				"Run this again when fewer pipelines run. If it happens again, check the load of the database.",
				"请在流水线较少时重新运行。如果仍然如此，请检查数据库的负载。",
			},
		},
		reservation.FailureUnreadable: {
			Meaning: Text{"A table of the reservation database has a value that is not valid.", "预留数据库的表中有无效的值。"},
			Remedy: Text{
				"Compare the tables with " + schema + ", whose constraints do not allow such a value, and correct or remove the row.",
				"请对照 " + schema + " 检查表结构（其中的约束不允许这样的值），并更正或删除该行。",
			},
		},
		reservation.FailureUnknownOutcome: {
			Meaning: Text{
				"The connection to the reservation database was lost during COMMIT, and it is not known whether the quota is reserved. If it is, the " +
					"reservation ends by itself.",
				"执行 COMMIT 时与预留数据库的连接中断，无法确定额度是否已预留。如果已预留，到期后会自动失效。",
			},
			Remedy: Text{"Run this again when the database can be reached.", "请在数据库恢复后重新运行。"},
		},
		reservation.FailureOther: {
			Meaning: Text{"The reservation database answered with an error.", "预留数据库返回了错误。"},
			Remedy: Text{
				"Look up the SQLSTATE in the documentation of PostgreSQL, and the error in the log of the server.",
				"请在 PostgreSQL 文档中查找该 SQLSTATE，并查看数据库服务器的日志。",
			},
		},
	}
}

// GateOfOtherAccount returns the warning for a gate that another company key has granted. Terraform shows the warnings of all gates as
// one.
func (l Language) GateOfOtherAccount() (title, detail string) {
	return l.diagnostic(Text{"QCC quota gate of another company key", "额度门禁由其他公司 key 放行"},
		Text{
			"This gate was granted by another company key than that of the provider block, and is not judged again.",
			"放行本门禁的公司 key 与 provider 块中的不同，本次不会重新检查。",
		}.In(l),
		Text{
			"If the key of the same account was renewed, do nothing. If the gate is to belong to another account now, replace it with " +
				"-replace='ADDRESS', so that it is judged by the quota of that account.",
			"如果只是更换了同一账号的 key，无需处理。如果门禁要改用另一个账号，请用 -replace='ADDRESS' 重建它，按新账号的额度重新检查。",
		}.In(l))
}

// ConsumedBesideGates returns the warning for modules of which QCC has counted more than all gates were granted.
func (l Language) ConsumedBesideGates(ids []string) (title, detail string) {
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		names = append(names, l.mentionable(id))
	}

	return l.diagnostic(Text{"QCC quota consumed outside the gates", "有门禁之外的额度消耗"},
		l.format(Text{
			"QCC has counted more of %s than all gates with this database were granted. Something consumes quota without a gate, or in a run " +
				"without the database. Or orders are counted later than reservation_ttl after their gate.",
			"%s 的消耗额度超过了使用本数据库的所有门禁放行的用量。可能有订单没有经过门禁，或者有运行没有设置数据库，或者门禁放行后过了 reservation_ttl，订单才被计入。",
		}, l.list(names)),
		Text{
			"For seven days, gates count all live reservations on top of what QCC has counted, so they refuse earlier. Find out what consumes " +
				"this quota, or raise reservation_ttl.",
			"接下来七天，门禁会在企查查已计入的消耗之上再加上全部有效预留，因此会更早拒绝。请查明消耗来源，或者调大 reservation_ttl。",
		}.In(l))
}
