CREATE TABLE account (
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	password TEXT,
	must_change BIGINT DEFAULT 0 NOT NULL,
	active BIGINT DEFAULT 1 NOT NULL,
	CONSTRAINT pk_account PRIMARY KEY (person),
	CONSTRAINT uq_account_name UNIQUE (name)
)
--;
CREATE TABLE alert_mark (
	name TEXT COLLATE "C" NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	active BIGINT DEFAULT 0 NOT NULL,
	times BIGINT DEFAULT 0 NOT NULL,
	at BIGINT DEFAULT 0 NOT NULL,
	CONSTRAINT pk_alert_mark PRIMARY KEY (name, key)
)
--;
CREATE TABLE api_key (
	id TEXT NOT NULL,
	token_hash TEXT NOT NULL,
	prefix TEXT NOT NULL,
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	grants JSONB,
	created BIGINT NOT NULL,
	expires BIGINT,
	ended BIGINT,
	CONSTRAINT pk_api_key PRIMARY KEY (id),
	CONSTRAINT uq_api_key_token_hash UNIQUE (token_hash)
)
--;
CREATE INDEX ix_api_key_person ON api_key (person)
--;
CREATE TABLE attachment (
	id TEXT COLLATE "C" NOT NULL,
	person TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	type TEXT COLLATE "C" NOT NULL,
	size BIGINT NOT NULL,
	hash TEXT COLLATE "C" NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_attachment PRIMARY KEY (id)
)
--;
CREATE INDEX ix_attachment_hash ON attachment (hash)
--;
CREATE INDEX ix_attachment_person ON attachment (person)
--;
CREATE TABLE attachment_record (
	attachment TEXT COLLATE "C" NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	path TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_attachment_record PRIMARY KEY (attachment, record, path)
)
--;
CREATE INDEX ix_attachment_record_record ON attachment_record (record)
--;
CREATE TABLE balance (
	place BIGINT NOT NULL,
	item BIGINT NOT NULL,
	lot BIGINT NOT NULL,
	owner BIGINT NOT NULL,
	on_hand BIGINT NOT NULL,
	reserved BIGINT NOT NULL,
	CONSTRAINT pk_balance PRIMARY KEY (place, item, lot, owner)
)
 WITH (fillfactor = 60)
--;
CREATE INDEX ix_balance_item ON balance (item, place)
--;
CREATE TABLE carried (
	run TEXT COLLATE "C" NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	form TEXT COLLATE "C" NOT NULL,
	revision BIGINT NOT NULL,
	data JSONB NOT NULL,
	CONSTRAINT pk_carried PRIMARY KEY (run, record)
)
--;
CREATE TABLE channel (
	person TEXT COLLATE "C" NOT NULL,
	choices JSONB NOT NULL,
	updated BIGINT NOT NULL,
	CONSTRAINT pk_channel PRIMARY KEY (person)
)
--;
CREATE TABLE closed_period (
	unit TEXT NOT NULL,
	until BIGINT NOT NULL,
	CONSTRAINT pk_closed_period PRIMARY KEY (unit)
)
--;
CREATE TABLE counter (
	form TEXT COLLATE "C" NOT NULL,
	pattern TEXT COLLATE "C" NOT NULL,
	value BIGINT NOT NULL,
	CONSTRAINT pk_counter PRIMARY KEY (form, pattern)
)
--;
CREATE TABLE definition_draft (
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	layer BIGINT NOT NULL,
	text TEXT,
	base BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	author TEXT NOT NULL,
	writers TEXT DEFAULT '[]' NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_definition_draft PRIMARY KEY (kind, name)
)
--;
CREATE TABLE definition_plan (
	id TEXT NOT NULL,
	due BIGINT NOT NULL,
	author TEXT NOT NULL,
	body TEXT NOT NULL,
	made BIGINT NOT NULL,
	state TEXT NOT NULL,
	version BIGINT,
	refused TEXT,
	ended BIGINT,
	CONSTRAINT pk_definition_plan PRIMARY KEY (id)
)
--;
CREATE INDEX ix_definition_plan_state ON definition_plan (state, due)
--;
CREATE TABLE definition_text (
	hash TEXT NOT NULL,
	text TEXT NOT NULL,
	CONSTRAINT pk_definition_text PRIMARY KEY (hash)
)
--;
CREATE TABLE definition_version (
	version BIGINT NOT NULL,
	author TEXT NOT NULL,
	note TEXT NOT NULL,
	at BIGINT NOT NULL,
	hash TEXT NOT NULL,
	about TEXT DEFAULT '{}' NOT NULL,
	CONSTRAINT pk_definition_version PRIMARY KEY (version)
)
--;
CREATE TABLE endpoint_secret (
	endpoint TEXT COLLATE "C" NOT NULL,
	id TEXT COLLATE "C" NOT NULL,
	sealed TEXT COLLATE "C" NOT NULL,
	created BIGINT NOT NULL,
	until BIGINT,
	CONSTRAINT pk_endpoint_secret PRIMARY KEY (endpoint, id)
)
--;
CREATE TABLE fact_value (
	fact TEXT COLLATE "C" NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	value BIGINT NOT NULL,
	CONSTRAINT pk_fact_value PRIMARY KEY (fact, key)
)
--;
CREATE TABLE field_number (
	form TEXT NOT NULL,
	path TEXT NOT NULL,
	number BIGINT NOT NULL,
	CONSTRAINT pk_field_number PRIMARY KEY (form, path)
)
--;
CREATE TABLE history (
	record TEXT COLLATE "C" NOT NULL,
	n BIGINT NOT NULL,
	form TEXT COLLATE "C" NOT NULL,
	seq BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	at BIGINT NOT NULL,
	actor TEXT COLLATE "C" NOT NULL,
	on_behalf TEXT COLLATE "C",
	action TEXT COLLATE "C" NOT NULL,
	origin TEXT COLLATE "C",
	target TEXT COLLATE "C",
	changes JSONB NOT NULL,
	route TEXT COLLATE "C" NOT NULL,
	version BIGINT,
	comment TEXT COLLATE "C",
	because JSONB,
	asks JSONB,
	before_hash TEXT COLLATE "C" NOT NULL,
	after_hash TEXT COLLATE "C" NOT NULL,
	previous TEXT COLLATE "C" NOT NULL,
	hash TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_history PRIMARY KEY (record, n)
)
--;
CREATE INDEX ix_history_seq ON history (seq)
--;
CREATE TABLE hold (
	source TEXT NOT NULL,
	effect TEXT NOT NULL,
	line TEXT NOT NULL,
	place BIGINT NOT NULL,
	item BIGINT NOT NULL,
	lot BIGINT NOT NULL,
	CONSTRAINT pk_hold PRIMARY KEY (source, effect, line)
)
--;
CREATE INDEX ix_hold_place ON hold (place, item)
--;
CREATE TABLE kept_right (
	role TEXT NOT NULL,
	thing TEXT NOT NULL,
	action TEXT NOT NULL,
	reach TEXT NOT NULL,
	CONSTRAINT pk_kept_right PRIMARY KEY (role, thing, action, reach)
)
--;
CREATE TABLE ledger_item (
	id BIGSERIAL NOT NULL,
	key TEXT NOT NULL,
	unit TEXT NOT NULL,
	scale BIGINT NOT NULL,
	tracking TEXT NOT NULL,
	CONSTRAINT pk_ledger_item PRIMARY KEY (id),
	CONSTRAINT ck_ledger_item_scale CHECK (scale BETWEEN 0 AND 6),
	CONSTRAINT ck_ledger_item_tracking CHECK (tracking IN ('none', 'lot', 'serial')),
	CONSTRAINT uq_ledger_item_key UNIQUE (key)
)
--;
CREATE TABLE ledger_lot (
	id BIGSERIAL NOT NULL,
	item BIGINT NOT NULL,
	key TEXT NOT NULL,
	expires TEXT NOT NULL,
	CONSTRAINT pk_ledger_lot PRIMARY KEY (id),
	CONSTRAINT uq_ledger_lot_item_key UNIQUE (item, key)
)
--;
CREATE TABLE ledger_owner (
	id BIGSERIAL NOT NULL,
	key TEXT NOT NULL,
	CONSTRAINT pk_ledger_owner PRIMARY KEY (id),
	CONSTRAINT uq_ledger_owner_key UNIQUE (key)
)
--;
CREATE TABLE ledger_place (
	id BIGSERIAL NOT NULL,
	key TEXT NOT NULL,
	kind TEXT NOT NULL,
	negative BIGINT NOT NULL,
	strict_since BIGINT NOT NULL,
	parent TEXT NOT NULL,
	record TEXT NOT NULL,
	CONSTRAINT pk_ledger_place PRIMARY KEY (id),
	CONSTRAINT uq_ledger_place_key UNIQUE (key)
)
--;
CREATE INDEX ix_ledger_place_parent ON ledger_place (parent)
--;
CREATE TABLE ledger_state (
	id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	chart BIGINT NOT NULL,
	built BIGINT NOT NULL,
	CONSTRAINT pk_ledger_state PRIMARY KEY (id),
	CONSTRAINT ck_ledger_state_one CHECK (id = 1)
)
--;
CREATE TABLE link (
	id TEXT COLLATE "C" NOT NULL,
	from_form TEXT COLLATE "C" NOT NULL,
	from_record TEXT COLLATE "C" NOT NULL,
	from_row TEXT COLLATE "C" NOT NULL,
	to_form TEXT COLLATE "C" NOT NULL,
	to_record TEXT COLLATE "C" NOT NULL,
	to_row TEXT COLLATE "C" NOT NULL,
	quantity BIGINT NOT NULL,
	effect TEXT COLLATE "C" NOT NULL,
	seq BIGINT NOT NULL,
	reversed BIGINT,
	CONSTRAINT pk_link PRIMARY KEY (id)
)
--;
CREATE INDEX ix_link_from ON link (from_record, from_row)
--;
CREATE INDEX ix_link_to ON link (to_record, to_row)
--;
CREATE TABLE list_view (
	person TEXT NOT NULL,
	id TEXT NOT NULL,
	form TEXT NOT NULL,
	name TEXT,
	content JSONB NOT NULL,
	standing BIGINT NOT NULL,
	created BIGINT NOT NULL,
	CONSTRAINT pk_list_view PRIMARY KEY (person, id)
)
--;
CREATE INDEX ix_list_view_form ON list_view (person, form, created)
--;
CREATE TABLE month_balance (
	until BIGINT NOT NULL,
	place BIGINT NOT NULL,
	item BIGINT NOT NULL,
	lot BIGINT NOT NULL,
	owner BIGINT NOT NULL,
	on_hand BIGINT NOT NULL,
	CONSTRAINT pk_month_balance PRIMARY KEY (until, place, item, lot, owner)
)
--;
CREATE INDEX ix_month_balance_item ON month_balance (until, item, place)
--;
CREATE TABLE movement (
	id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	key TEXT NOT NULL,
	item BIGINT NOT NULL,
	lot BIGINT NOT NULL,
	owner BIGINT NOT NULL,
	origin BIGINT NOT NULL,
	target BIGINT NOT NULL,
	quantity BIGINT NOT NULL,
	value BIGINT,
	kind TEXT NOT NULL,
	source TEXT NOT NULL,
	line TEXT NOT NULL,
	reverses BIGINT,
	happened BIGINT NOT NULL,
	recorded BIGINT NOT NULL,
	CONSTRAINT pk_movement PRIMARY KEY (id),
	CONSTRAINT ck_movement_quantity CHECK (quantity > 0),
	CONSTRAINT ck_movement_somewhere_else CHECK (origin <> target),
	CONSTRAINT uq_movement_key UNIQUE (key)
)
--;
CREATE INDEX ix_movement_item ON movement (item, id)
--;
CREATE INDEX ix_movement_origin ON movement (origin, happened)
--;
CREATE INDEX ix_movement_target ON movement (target, happened)
--;
CREATE UNIQUE INDEX uq_movement_reverses ON movement (reverses) WHERE reverses IS NOT NULL
--;
CREATE TABLE notice (
	id TEXT COLLATE "C" NOT NULL,
	person TEXT COLLATE "C" NOT NULL,
	form TEXT COLLATE "C" NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	template TEXT COLLATE "C" NOT NULL,
	params JSONB NOT NULL,
	at BIGINT NOT NULL,
	read BIGINT,
	CONSTRAINT pk_notice PRIMARY KEY (id)
)
--;
CREATE INDEX ix_notice_person ON notice (person, at, id)
--;
CREATE TABLE once_key (
	key TEXT COLLATE "C" NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_once_key PRIMARY KEY (key)
)
--;
CREATE TABLE outbox (
	id BIGSERIAL NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	seq BIGINT NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	target TEXT COLLATE "C" NOT NULL,
	topic TEXT COLLATE "C" NOT NULL,
	payload JSONB NOT NULL,
	at BIGINT NOT NULL,
	next_try BIGINT NOT NULL,
	tries BIGINT DEFAULT 0 NOT NULL,
	delivered BIGINT,
	dead BIGINT,
	said TEXT COLLATE "C",
	CONSTRAINT pk_outbox PRIMARY KEY (id),
	CONSTRAINT uq_outbox_key UNIQUE (key)
)
--;
CREATE INDEX ix_outbox_dead ON outbox (id) WHERE dead IS NOT NULL
--;
CREATE INDEX ix_outbox_delivered ON outbox (delivered)
--;
CREATE INDEX ix_outbox_record ON outbox (record, target, id) WHERE delivered IS NULL AND dead IS NULL
--;
CREATE INDEX ix_outbox_waiting ON outbox (next_try) WHERE delivered IS NULL AND dead IS NULL
--;
CREATE TABLE outbox_count (
	topic TEXT COLLATE "C" NOT NULL,
	outcome TEXT COLLATE "C" NOT NULL,
	value BIGINT NOT NULL,
	CONSTRAINT pk_outbox_count PRIMARY KEY (topic, outcome)
)
--;
CREATE TABLE posting (
	seq BIGINT NOT NULL,
	source TEXT NOT NULL,
	cause TEXT NOT NULL,
	happened BIGINT NOT NULL,
	recorded BIGINT NOT NULL,
	reason TEXT NOT NULL,
	version BIGINT,
	person TEXT NOT NULL,
	previous TEXT NOT NULL,
	hash TEXT NOT NULL,
	CONSTRAINT pk_posting PRIMARY KEY (seq)
)
--;
CREATE INDEX ix_posting_cause ON posting (cause)
--;
CREATE INDEX ix_posting_source ON posting (source, seq)
--;
CREATE TABLE record (
	form TEXT COLLATE "C" NOT NULL,
	id TEXT COLLATE "C" NOT NULL,
	number TEXT COLLATE "C",
	state TEXT COLLATE "C" NOT NULL,
	revision BIGINT NOT NULL,
	version BIGINT,
	overlays JSONB NOT NULL,
	data JSONB NOT NULL,
	memory JSONB NOT NULL,
	created BIGINT NOT NULL,
	created_by TEXT COLLATE "C" NOT NULL,
	submitted BIGINT,
	submitted_by TEXT COLLATE "C",
	updated BIGINT NOT NULL,
	head TEXT COLLATE "C" NOT NULL,
	seq BIGINT NOT NULL,
	CONSTRAINT pk_record PRIMARY KEY (form, id),
	CONSTRAINT uq_record_form_number UNIQUE (form, number)
)
 PARTITION BY LIST (form)
--;
CREATE INDEX ix_record_created ON record (form, created, id)
--;
CREATE INDEX ix_record_state ON record (form, state, created, id)
--;
CREATE TABLE record_id (
	id TEXT COLLATE "C" NOT NULL,
	form TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_record_id PRIMARY KEY (id)
)
--;
CREATE TABLE record_org (
	record TEXT COLLATE "C" NOT NULL,
	field TEXT COLLATE "C" NOT NULL,
	unit TEXT COLLATE "C" NOT NULL,
	form TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	created BIGINT NOT NULL,
	CONSTRAINT pk_record_org PRIMARY KEY (record, field)
)
--;
CREATE INDEX ix_record_org_unit ON record_org (unit, form, created, record)
--;
CREATE TABLE record_ref (
	field BIGINT NOT NULL,
	value TEXT COLLATE "C" NOT NULL,
	created BIGINT NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_record_ref PRIMARY KEY (field, value, created, record)
)
--;
CREATE INDEX ix_record_ref_record ON record_ref (record)
--;
CREATE TABLE record_rows (
	record TEXT COLLATE "C" NOT NULL,
	table_name TEXT COLLATE "C" NOT NULL,
	data JSONB NOT NULL,
	CONSTRAINT pk_record_rows PRIMARY KEY (record, table_name)
)
--;
CREATE TABLE record_token (
	form TEXT COLLATE "C" NOT NULL,
	token TEXT COLLATE "C" NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	own BIGINT NOT NULL,
	CONSTRAINT pk_record_token PRIMARY KEY (form, token, record)
)
--;
CREATE INDEX ix_record_token_record ON record_token (record)
--;
CREATE TABLE record_unique (
	form TEXT COLLATE "C" NOT NULL,
	field BIGINT NOT NULL,
	value TEXT COLLATE "C" NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_record_unique PRIMARY KEY (form, field, value)
)
--;
CREATE INDEX ix_record_unique_record ON record_unique (record)
--;
CREATE TABLE records_secret (
	name TEXT COLLATE "C" NOT NULL,
	value BYTEA NOT NULL,
	CONSTRAINT pk_records_secret PRIMARY KEY (name)
)
--;
CREATE TABLE request_key (
	account TEXT COLLATE "C" NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	hash TEXT COLLATE "C" NOT NULL,
	status BIGINT NOT NULL,
	answer TEXT COLLATE "C" NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_request_key PRIMARY KEY (account, key)
)
--;
CREATE TABLE reservation (
	source TEXT NOT NULL,
	effect TEXT NOT NULL,
	line TEXT NOT NULL,
	place BIGINT NOT NULL,
	item BIGINT NOT NULL,
	lot BIGINT NOT NULL,
	owner BIGINT NOT NULL,
	quantity BIGINT NOT NULL,
	CONSTRAINT pk_reservation PRIMARY KEY (source, effect, line),
	CONSTRAINT ck_reservation_quantity CHECK (quantity > 0)
)
--;
CREATE INDEX ix_reservation_place ON reservation (place, item)
--;
CREATE TABLE schedule_mark (
	name TEXT COLLATE "C" NOT NULL,
	cron TEXT COLLATE "C" NOT NULL,
	last BIGINT NOT NULL,
	CONSTRAINT pk_schedule_mark PRIMARY KEY (name)
)
--;
CREATE TABLE security_log (
	number BIGSERIAL NOT NULL,
	at BIGINT NOT NULL,
	event TEXT NOT NULL,
	person TEXT,
	account TEXT,
	route TEXT,
	reason TEXT,
	detail JSONB,
	CONSTRAINT pk_security_log PRIMARY KEY (number)
)
--;
CREATE INDEX ix_security_log_person ON security_log (person, number)
--;
CREATE TABLE serial_at (
	lot BIGINT NOT NULL,
	place BIGINT NOT NULL,
	came_from BIGINT NOT NULL,
	CONSTRAINT pk_serial_at PRIMARY KEY (lot)
)
--;
CREATE TABLE session (
	token_hash TEXT NOT NULL,
	person TEXT NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	ended BIGINT,
	CONSTRAINT pk_session PRIMARY KEY (token_hash)
)
--;
CREATE INDEX ix_session_person ON session (person)
--;
CREATE TABLE sign_in_try (
	name_hash TEXT NOT NULL,
	failed BIGINT NOT NULL,
	last BIGINT NOT NULL,
	closed_until BIGINT NOT NULL,
	CONSTRAINT pk_sign_in_try PRIMARY KEY (name_hash)
)
--;
CREATE TABLE stamp (
	name TEXT NOT NULL,
	value BIGINT NOT NULL,
	CONSTRAINT pk_stamp PRIMARY KEY (name)
)
--;
CREATE TABLE substitute (
	id TEXT NOT NULL,
	absent TEXT NOT NULL,
	person TEXT NOT NULL,
	since TEXT NOT NULL,
	until TEXT NOT NULL,
	forms JSONB,
	amount TEXT,
	created BIGINT NOT NULL,
	ended BIGINT,
	CONSTRAINT pk_substitute PRIMARY KEY (id)
)
--;
CREATE INDEX ix_substitute_absent ON substitute (absent)
--;
CREATE INDEX ix_substitute_person ON substitute (person)
--;
CREATE TABLE task (
	id TEXT COLLATE "C" NOT NULL,
	record TEXT COLLATE "C" NOT NULL,
	form TEXT COLLATE "C" NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	step TEXT COLLATE "C" NOT NULL,
	part TEXT COLLATE "C",
	title JSONB,
	actions JSONB NOT NULL,
	content TEXT COLLATE "C" NOT NULL,
	because JSONB,
	opened BIGINT NOT NULL,
	deadline BIGINT,
	ended BIGINT,
	ended_by TEXT COLLATE "C",
	ended_because TEXT COLLATE "C",
	CONSTRAINT pk_task PRIMARY KEY (id)
)
--;
CREATE INDEX ix_task_record ON task (record)
--;
CREATE TABLE task_ask (
	task TEXT COLLATE "C" NOT NULL,
	role TEXT COLLATE "C" NOT NULL,
	relation TEXT COLLATE "C" NOT NULL,
	unit TEXT COLLATE "C" NOT NULL,
	person TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_task_ask PRIMARY KEY (task, role, relation, unit, person)
)
--;
CREATE INDEX ix_task_ask_person ON task_ask (person, task)
--;
CREATE INDEX ix_task_ask_role ON task_ask (role, relation, unit, task)
--;
CREATE TABLE timer (
	record TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	occurrence TEXT COLLATE "C" NOT NULL,
	form TEXT COLLATE "C" NOT NULL,
	due BIGINT NOT NULL,
	fired BIGINT,
	cancelled BIGINT,
	broke BIGINT DEFAULT 0 NOT NULL,
	not_before BIGINT,
	CONSTRAINT pk_timer PRIMARY KEY (record, name, occurrence)
)
--;
CREATE INDEX ix_timer_due ON timer (due) WHERE fired IS NULL AND cancelled IS NULL
--;
CREATE TABLE vote (
	record TEXT COLLATE "C" NOT NULL,
	approval TEXT COLLATE "C" NOT NULL,
	round BIGINT NOT NULL,
	step TEXT COLLATE "C" NOT NULL,
	part TEXT COLLATE "C" NOT NULL,
	row TEXT COLLATE "C" NOT NULL,
	person TEXT COLLATE "C" NOT NULL,
	on_behalf TEXT COLLATE "C",
	verdict TEXT COLLATE "C" NOT NULL,
	task TEXT COLLATE "C",
	content TEXT COLLATE "C" NOT NULL,
	comment TEXT COLLATE "C",
	at BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	CONSTRAINT pk_vote PRIMARY KEY (record, approval, round, step, part, row, person, seq)
)
--;
CREATE TABLE definition (
	version BIGINT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	layer BIGINT NOT NULL,
	path TEXT NOT NULL,
	hash TEXT NOT NULL,
	CONSTRAINT pk_definition PRIMARY KEY (version, kind, name),
	FOREIGN KEY(version) REFERENCES definition_version (version),
	FOREIGN KEY(hash) REFERENCES definition_text (hash)
)
--;
CREATE FUNCTION security_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of security_log are never changed'; END $$
--;
CREATE TRIGGER security_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON security_log FOR EACH STATEMENT EXECUTE FUNCTION security_log_is_append_only()
--;
CREATE FUNCTION definition_version_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of definition_version are never changed'; END $$
--;
CREATE TRIGGER definition_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON definition_version FOR EACH STATEMENT EXECUTE FUNCTION definition_version_is_append_only()
--;
CREATE FUNCTION definition_text_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of definition_text are never changed'; END $$
--;
CREATE TRIGGER definition_text_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON definition_text FOR EACH STATEMENT EXECUTE FUNCTION definition_text_is_append_only()
--;
CREATE FUNCTION definition_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of definition are never changed'; END $$
--;
CREATE TRIGGER definition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON definition FOR EACH STATEMENT EXECUTE FUNCTION definition_is_append_only()
--;
CREATE FUNCTION field_number_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of field_number are never changed'; END $$
--;
CREATE TRIGGER field_number_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON field_number FOR EACH STATEMENT EXECUTE FUNCTION field_number_is_append_only()
--;
CREATE FUNCTION movement_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of movement are never changed'; END $$
--;
CREATE TRIGGER movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON movement FOR EACH STATEMENT EXECUTE FUNCTION movement_is_append_only()
--;
CREATE FUNCTION posting_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of posting are never changed'; END $$
--;
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION posting_is_append_only()
--;
CREATE SEQUENCE ledger_seq
--;
INSERT INTO ledger_state (id, seq, chart, built) VALUES (1, 0, 0, 0)
--;
CREATE TABLE record_default PARTITION OF record DEFAULT
--;
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of history are never changed'; END $$
--;
CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()
--;
CREATE FUNCTION vote_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of vote are never changed'; END $$
--;
CREATE TRIGGER vote_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vote FOR EACH STATEMENT EXECUTE FUNCTION vote_is_append_only()
--;
CREATE FUNCTION link_is_only_reversed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.reversed IS NOT NULL OR NEW.reversed IS NULL OR to_jsonb(OLD) - 'reversed' <> to_jsonb(NEW) - 'reversed' THEN RAISE EXCEPTION 'a link is only ever reversed, once'; END IF; RETURN NEW; END $$
--;
CREATE TRIGGER link_only_reversed BEFORE UPDATE ON link FOR EACH ROW EXECUTE FUNCTION link_is_only_reversed()
