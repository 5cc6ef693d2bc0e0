-- The tables in which the gates of all runs reserve quota, for PostgreSQL 13
-- or newer. The provider never creates or changes them.
-- 所有运行的门禁在这些表中预留额度（PostgreSQL 13 及以上）。provider 不建表，也不改表。
--
-- The owner of the database runs this file once:
-- 由数据库的所有者执行一次：
--
--   psql -v ON_ERROR_STOP=1 -f schema.sql "postgres://owner@db.example.com/qcc"
--
-- Use a database of its own, or at least this schema of its own. The provider
-- logs in as a user that is a member of qcc_gates and finds the tables through
-- its search_path:
-- 请使用单独的数据库或 schema。provider 的用户是 qcc_gates 的成员，通过 search_path 找到这些表：
--
--   CREATE ROLE pipelines LOGIN PASSWORD '...' IN ROLE qcc_gates;
--   ALTER ROLE pipelines SET search_path = qcc;
--
-- This lists who holds what:
-- 查看谁预留了多少：
--
--   SELECT left(account, 8) AS account, module, units,
--     to_timestamp(ends / 1000) AS ends, holder, claim
--   FROM qcc.qcc_reservation WHERE ends > extract(epoch FROM now()) * 1000
--   ORDER BY account, module, ends;
--
-- If an order does not exist and will never be placed, delete its reservation:
-- 订单不存在，也不会再下单时，可以删除它的预留：
--
--   DELETE FROM qcc.qcc_reservation WHERE claim = '...';
--
-- Whoever may write to these tables controls the gates. They hold no key: an
-- account is a hash of it. All times are milliseconds since 1970, by the clock
-- of the database.

BEGIN;

CREATE SCHEMA IF NOT EXISTS qcc;
SET LOCAL search_path = qcc;

-- A transaction that reserves locks the row of its account. So the gates of
-- one run after another are judged.
CREATE TABLE qcc_account (
    account text PRIMARY KEY CHECK (account <> '')
);

-- The counts after the last grant, by quota module.
CREATE TABLE qcc_level (
    account      text   NOT NULL REFERENCES qcc_account CHECK (account <> ''),
    module       text   NOT NULL CHECK (module <> ''),
    -- Consumed and reserved units after the last grant.
    committed    bigint NOT NULL CHECK (committed >= 0),
    -- Until when all reservations count in addition to what QCC has counted,
    -- because something consumed outside the gates; 0 if it never did.
    beside_until bigint NOT NULL CHECK (beside_until >= 0),
    PRIMARY KEY (account, module)
);

-- What a gate was granted. A row counts until it ends, and is deleted later.
CREATE TABLE qcc_reservation (
    -- Random. All rows of one gate's grant share it.
    claim   text   NOT NULL CHECK (claim <> ''),
    module  text   NOT NULL CHECK (module <> ''),
    account text   NOT NULL REFERENCES qcc_account CHECK (account <> ''),
    run     text   NOT NULL CHECK (run <> ''),
    units   bigint NOT NULL CHECK (units BETWEEN 1 AND 1000000000000000),
    granted bigint NOT NULL CHECK (granted > 0),
    ends    bigint NOT NULL CHECK (ends > granted AND ends - granted <= 86400000),
    -- Who reserved, for people. It is untrusted text.
    holder  text   NOT NULL CHECK (char_length(holder) <= 200),
    PRIMARY KEY (claim, module)
);

CREATE INDEX qcc_reservation_ends ON qcc_reservation (account, ends);

-- The rights that the provider needs, and no others.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'qcc_gates') THEN
        CREATE ROLE qcc_gates NOLOGIN;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA qcc TO qcc_gates;
-- UPDATE, because SELECT ... FOR UPDATE requires it.
GRANT SELECT, INSERT, UPDATE ON qcc_account TO qcc_gates;
GRANT SELECT, INSERT, UPDATE ON qcc_level TO qcc_gates;
GRANT SELECT, INSERT, DELETE ON qcc_reservation TO qcc_gates;

COMMIT;
