CREATE TABLE account (
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	password TEXT,
	must_change INTEGER DEFAULT 0 NOT NULL,
	active INTEGER DEFAULT 1 NOT NULL,
	CONSTRAINT pk_account PRIMARY KEY (person),
	CONSTRAINT uq_account_name UNIQUE (name)
)
 STRICT
--;
CREATE TABLE alert_mark (
	name TEXT NOT NULL,
	"key" TEXT NOT NULL,
	active INTEGER DEFAULT 0 NOT NULL,
	times INTEGER DEFAULT 0 NOT NULL,
	at INTEGER DEFAULT 0 NOT NULL,
	CONSTRAINT pk_alert_mark PRIMARY KEY (name, "key")
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE api_key (
	id TEXT NOT NULL,
	token_hash TEXT NOT NULL,
	prefix TEXT NOT NULL,
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	grants TEXT,
	created INTEGER NOT NULL,
	expires INTEGER,
	ended INTEGER,
	CONSTRAINT pk_api_key PRIMARY KEY (id),
	CONSTRAINT uq_api_key_token_hash UNIQUE (token_hash)
)
 STRICT
--;
CREATE INDEX ix_api_key_person ON api_key (person)
--;
CREATE TABLE attachment (
	id TEXT NOT NULL,
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	size INTEGER NOT NULL,
	hash TEXT NOT NULL,
	at INTEGER NOT NULL,
	CONSTRAINT pk_attachment PRIMARY KEY (id)
)
 STRICT
--;
CREATE INDEX ix_attachment_hash ON attachment (hash)
--;
CREATE INDEX ix_attachment_person ON attachment (person)
--;
CREATE TABLE attachment_record (
	attachment TEXT NOT NULL,
	record TEXT NOT NULL,
	path TEXT NOT NULL,
	CONSTRAINT pk_attachment_record PRIMARY KEY (attachment, record, path)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ix_attachment_record_record ON attachment_record (record)
--;
CREATE TABLE balance (
	place INTEGER NOT NULL,
	item INTEGER NOT NULL,
	lot INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	on_hand INTEGER NOT NULL,
	reserved INTEGER NOT NULL,
	CONSTRAINT pk_balance PRIMARY KEY (place, item, lot, owner)
)
 STRICT
--;
CREATE INDEX ix_balance_item ON balance (item, place)
--;
CREATE TABLE carried (
	run TEXT NOT NULL,
	record TEXT NOT NULL,
	form TEXT NOT NULL,
	revision INTEGER NOT NULL,
	data TEXT NOT NULL,
	CONSTRAINT pk_carried PRIMARY KEY (run, record)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE channel (
	person TEXT NOT NULL,
	choices TEXT NOT NULL,
	updated INTEGER NOT NULL,
	CONSTRAINT pk_channel PRIMARY KEY (person)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE closed_period (
	unit TEXT NOT NULL,
	until INTEGER NOT NULL,
	CONSTRAINT pk_closed_period PRIMARY KEY (unit)
)
 STRICT
--;
CREATE TABLE counter (
	form TEXT NOT NULL,
	pattern TEXT NOT NULL,
	value INTEGER NOT NULL,
	CONSTRAINT pk_counter PRIMARY KEY (form, pattern)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE definition_draft (
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	layer INTEGER NOT NULL,
	text TEXT,
	base INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	author TEXT NOT NULL,
	writers TEXT DEFAULT '[]' NOT NULL,
	at INTEGER NOT NULL,
	CONSTRAINT pk_definition_draft PRIMARY KEY (kind, name)
)
 STRICT
--;
CREATE TABLE definition_plan (
	id TEXT NOT NULL,
	due INTEGER NOT NULL,
	author TEXT NOT NULL,
	body TEXT NOT NULL,
	made INTEGER NOT NULL,
	state TEXT NOT NULL,
	version INTEGER,
	refused TEXT,
	ended INTEGER,
	CONSTRAINT pk_definition_plan PRIMARY KEY (id)
)
 STRICT
--;
CREATE INDEX ix_definition_plan_state ON definition_plan (state, due)
--;
CREATE TABLE definition_text (
	hash TEXT NOT NULL,
	text TEXT NOT NULL,
	CONSTRAINT pk_definition_text PRIMARY KEY (hash)
)
 STRICT
--;
CREATE TABLE definition_version (
	version INTEGER NOT NULL,
	author TEXT NOT NULL,
	note TEXT NOT NULL,
	at INTEGER NOT NULL,
	hash TEXT NOT NULL,
	about TEXT DEFAULT '{}' NOT NULL,
	CONSTRAINT pk_definition_version PRIMARY KEY (version)
)
 STRICT
--;
CREATE TABLE endpoint_secret (
	endpoint TEXT NOT NULL,
	id TEXT NOT NULL,
	sealed TEXT NOT NULL,
	created INTEGER NOT NULL,
	until INTEGER,
	CONSTRAINT pk_endpoint_secret PRIMARY KEY (endpoint, id)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE fact_value (
	fact TEXT NOT NULL,
	"key" TEXT NOT NULL,
	value INTEGER NOT NULL,
	CONSTRAINT pk_fact_value PRIMARY KEY (fact, "key")
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE field_number (
	form TEXT NOT NULL,
	path TEXT NOT NULL,
	number INTEGER NOT NULL,
	CONSTRAINT pk_field_number PRIMARY KEY (form, path)
)
 STRICT
--;
CREATE TABLE history (
	record TEXT NOT NULL,
	n INTEGER NOT NULL,
	form TEXT NOT NULL,
	seq INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	at INTEGER NOT NULL,
	actor TEXT NOT NULL,
	on_behalf TEXT,
	action TEXT NOT NULL,
	origin TEXT,
	target TEXT,
	changes TEXT NOT NULL,
	route TEXT NOT NULL,
	version INTEGER,
	comment TEXT,
	because TEXT,
	asks TEXT,
	before_hash TEXT NOT NULL,
	after_hash TEXT NOT NULL,
	previous TEXT NOT NULL,
	hash TEXT NOT NULL,
	CONSTRAINT pk_history PRIMARY KEY (record, n)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ix_history_seq ON history (seq)
--;
CREATE TABLE hold (
	source TEXT NOT NULL,
	effect TEXT NOT NULL,
	line TEXT NOT NULL,
	place INTEGER NOT NULL,
	item INTEGER NOT NULL,
	lot INTEGER NOT NULL,
	CONSTRAINT pk_hold PRIMARY KEY (source, effect, line)
)
 STRICT
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
 STRICT
--;
CREATE TABLE ledger_item (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	unit TEXT NOT NULL,
	scale INTEGER NOT NULL,
	tracking TEXT NOT NULL,
	CONSTRAINT pk_ledger_item PRIMARY KEY (id),
	CONSTRAINT ck_ledger_item_scale CHECK (scale BETWEEN 0 AND 6),
	CONSTRAINT ck_ledger_item_tracking CHECK (tracking IN ('none', 'lot', 'serial')),
	CONSTRAINT uq_ledger_item_key UNIQUE ("key")
)
 STRICT
--;
CREATE TABLE ledger_lot (
	id INTEGER NOT NULL,
	item INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	expires TEXT NOT NULL,
	CONSTRAINT pk_ledger_lot PRIMARY KEY (id),
	CONSTRAINT uq_ledger_lot_item_key UNIQUE (item, "key")
)
 STRICT
--;
CREATE TABLE ledger_owner (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	CONSTRAINT pk_ledger_owner PRIMARY KEY (id),
	CONSTRAINT uq_ledger_owner_key UNIQUE ("key")
)
 STRICT
--;
CREATE TABLE ledger_place (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	kind TEXT NOT NULL,
	negative INTEGER NOT NULL,
	strict_since INTEGER NOT NULL,
	parent TEXT NOT NULL,
	record TEXT NOT NULL,
	CONSTRAINT pk_ledger_place PRIMARY KEY (id),
	CONSTRAINT uq_ledger_place_key UNIQUE ("key")
)
 STRICT
--;
CREATE INDEX ix_ledger_place_parent ON ledger_place (parent)
--;
CREATE TABLE ledger_state (
	id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	chart INTEGER NOT NULL,
	built INTEGER NOT NULL,
	CONSTRAINT pk_ledger_state PRIMARY KEY (id),
	CONSTRAINT ck_ledger_state_one CHECK (id = 1)
)
 STRICT
--;
CREATE TABLE link (
	id TEXT NOT NULL,
	from_form TEXT NOT NULL,
	from_record TEXT NOT NULL,
	from_row TEXT NOT NULL,
	to_form TEXT NOT NULL,
	to_record TEXT NOT NULL,
	to_row TEXT NOT NULL,
	quantity INTEGER NOT NULL,
	effect TEXT NOT NULL,
	seq INTEGER NOT NULL,
	reversed INTEGER,
	CONSTRAINT pk_link PRIMARY KEY (id)
)
 STRICT
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
	content TEXT NOT NULL,
	standing INTEGER NOT NULL,
	created INTEGER NOT NULL,
	CONSTRAINT pk_list_view PRIMARY KEY (person, id)
)
 STRICT
--;
CREATE INDEX ix_list_view_form ON list_view (person, form, created)
--;
CREATE TABLE month_balance (
	until INTEGER NOT NULL,
	place INTEGER NOT NULL,
	item INTEGER NOT NULL,
	lot INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	on_hand INTEGER NOT NULL,
	CONSTRAINT pk_month_balance PRIMARY KEY (until, place, item, lot, owner)
)
 STRICT
--;
CREATE INDEX ix_month_balance_item ON month_balance (until, item, place)
--;
CREATE TABLE movement (
	id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	item INTEGER NOT NULL,
	lot INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	origin INTEGER NOT NULL,
	target INTEGER NOT NULL,
	quantity INTEGER NOT NULL,
	value INTEGER,
	kind TEXT NOT NULL,
	source TEXT NOT NULL,
	line TEXT NOT NULL,
	reverses INTEGER,
	happened INTEGER NOT NULL,
	recorded INTEGER NOT NULL,
	CONSTRAINT pk_movement PRIMARY KEY (id),
	CONSTRAINT ck_movement_quantity CHECK (quantity > 0),
	CONSTRAINT ck_movement_somewhere_else CHECK (origin <> target),
	CONSTRAINT uq_movement_key UNIQUE ("key")
)
 STRICT
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
	id TEXT NOT NULL,
	person TEXT NOT NULL,
	form TEXT NOT NULL,
	record TEXT NOT NULL,
	template TEXT NOT NULL,
	params TEXT NOT NULL,
	at INTEGER NOT NULL,
	read INTEGER,
	CONSTRAINT pk_notice PRIMARY KEY (id)
)
 STRICT
--;
CREATE INDEX ix_notice_person ON notice (person, at, id)
--;
CREATE TABLE once_key (
	"key" TEXT NOT NULL,
	record TEXT NOT NULL,
	CONSTRAINT pk_once_key PRIMARY KEY ("key")
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE outbox (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	seq INTEGER NOT NULL,
	record TEXT NOT NULL,
	target TEXT NOT NULL,
	topic TEXT NOT NULL,
	payload TEXT NOT NULL,
	at INTEGER NOT NULL,
	next_try INTEGER NOT NULL,
	tries INTEGER DEFAULT 0 NOT NULL,
	delivered INTEGER,
	dead INTEGER,
	said TEXT,
	CONSTRAINT pk_outbox PRIMARY KEY (id),
	CONSTRAINT uq_outbox_key UNIQUE ("key")
)
 STRICT
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
	topic TEXT NOT NULL,
	outcome TEXT NOT NULL,
	value INTEGER NOT NULL,
	CONSTRAINT pk_outbox_count PRIMARY KEY (topic, outcome)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE posting (
	seq INTEGER NOT NULL,
	source TEXT NOT NULL,
	cause TEXT NOT NULL,
	happened INTEGER NOT NULL,
	recorded INTEGER NOT NULL,
	reason TEXT NOT NULL,
	version INTEGER,
	person TEXT NOT NULL,
	previous TEXT NOT NULL,
	hash TEXT NOT NULL,
	CONSTRAINT pk_posting PRIMARY KEY (seq)
)
 STRICT
--;
CREATE INDEX ix_posting_cause ON posting (cause)
--;
CREATE INDEX ix_posting_source ON posting (source, seq)
--;
CREATE TABLE record (
	form TEXT NOT NULL,
	id TEXT NOT NULL,
	number TEXT,
	state TEXT NOT NULL,
	revision INTEGER NOT NULL,
	version INTEGER,
	overlays TEXT NOT NULL,
	data TEXT NOT NULL,
	memory TEXT NOT NULL,
	created INTEGER NOT NULL,
	created_by TEXT NOT NULL,
	submitted INTEGER,
	submitted_by TEXT,
	updated INTEGER NOT NULL,
	head TEXT NOT NULL,
	seq INTEGER NOT NULL,
	CONSTRAINT pk_record PRIMARY KEY (form, id),
	CONSTRAINT uq_record_form_number UNIQUE (form, number)
)
 STRICT
--;
CREATE INDEX ix_record_created ON record (form, created, id)
--;
CREATE INDEX ix_record_state ON record (form, state, created, id)
--;
CREATE TABLE record_id (
	id TEXT NOT NULL,
	form TEXT NOT NULL,
	CONSTRAINT pk_record_id PRIMARY KEY (id)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE record_org (
	record TEXT NOT NULL,
	field TEXT NOT NULL,
	unit TEXT NOT NULL,
	form TEXT NOT NULL,
	state TEXT NOT NULL,
	created INTEGER NOT NULL,
	CONSTRAINT pk_record_org PRIMARY KEY (record, field)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ix_record_org_unit ON record_org (unit, form, created, record)
--;
CREATE TABLE record_ref (
	field INTEGER NOT NULL,
	value TEXT NOT NULL,
	created INTEGER NOT NULL,
	record TEXT NOT NULL,
	CONSTRAINT pk_record_ref PRIMARY KEY (field, value, created, record)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ix_record_ref_record ON record_ref (record)
--;
CREATE TABLE record_rows (
	record TEXT NOT NULL,
	table_name TEXT NOT NULL,
	data TEXT NOT NULL,
	CONSTRAINT pk_record_rows PRIMARY KEY (record, table_name)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE record_token (
	form TEXT NOT NULL,
	token TEXT NOT NULL,
	record TEXT NOT NULL,
	own INTEGER NOT NULL,
	CONSTRAINT pk_record_token PRIMARY KEY (form, token, record)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ix_record_token_record ON record_token (record)
--;
CREATE TABLE record_unique (
	form TEXT NOT NULL,
	field INTEGER NOT NULL,
	value TEXT NOT NULL,
	record TEXT NOT NULL,
	CONSTRAINT pk_record_unique PRIMARY KEY (form, field, value)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ix_record_unique_record ON record_unique (record)
--;
CREATE TABLE records_secret (
	name TEXT NOT NULL,
	value BLOB NOT NULL,
	CONSTRAINT pk_records_secret PRIMARY KEY (name)
)
 STRICT
--;
CREATE TABLE request_key (
	account TEXT NOT NULL,
	"key" TEXT NOT NULL,
	hash TEXT NOT NULL,
	status INTEGER NOT NULL,
	answer TEXT NOT NULL,
	at INTEGER NOT NULL,
	CONSTRAINT pk_request_key PRIMARY KEY (account, "key")
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE reservation (
	source TEXT NOT NULL,
	effect TEXT NOT NULL,
	line TEXT NOT NULL,
	place INTEGER NOT NULL,
	item INTEGER NOT NULL,
	lot INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	quantity INTEGER NOT NULL,
	CONSTRAINT pk_reservation PRIMARY KEY (source, effect, line),
	CONSTRAINT ck_reservation_quantity CHECK (quantity > 0)
)
 STRICT
--;
CREATE INDEX ix_reservation_place ON reservation (place, item)
--;
CREATE TABLE schedule_mark (
	name TEXT NOT NULL,
	cron TEXT NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_schedule_mark PRIMARY KEY (name)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE security_log (
	number INTEGER NOT NULL,
	at INTEGER NOT NULL,
	event TEXT NOT NULL,
	person TEXT,
	account TEXT,
	route TEXT,
	reason TEXT,
	detail TEXT,
	CONSTRAINT pk_security_log PRIMARY KEY (number)
)
 STRICT
--;
CREATE INDEX ix_security_log_person ON security_log (person, number)
--;
CREATE TABLE serial_at (
	lot INTEGER NOT NULL,
	place INTEGER NOT NULL,
	came_from INTEGER NOT NULL,
	CONSTRAINT pk_serial_at PRIMARY KEY (lot)
)
 STRICT
--;
CREATE TABLE session (
	token_hash TEXT NOT NULL,
	person TEXT NOT NULL,
	created INTEGER NOT NULL,
	expires INTEGER NOT NULL,
	ended INTEGER,
	CONSTRAINT pk_session PRIMARY KEY (token_hash)
)
 STRICT
--;
CREATE INDEX ix_session_person ON session (person)
--;
CREATE TABLE sign_in_try (
	name_hash TEXT NOT NULL,
	failed INTEGER NOT NULL,
	last INTEGER NOT NULL,
	closed_until INTEGER NOT NULL,
	CONSTRAINT pk_sign_in_try PRIMARY KEY (name_hash)
)
 STRICT
--;
CREATE TABLE stamp (
	name TEXT NOT NULL,
	value INTEGER NOT NULL,
	CONSTRAINT pk_stamp PRIMARY KEY (name)
)
 STRICT
--;
CREATE TABLE substitute (
	id TEXT NOT NULL,
	absent TEXT NOT NULL,
	person TEXT NOT NULL,
	since TEXT NOT NULL,
	until TEXT NOT NULL,
	forms TEXT,
	amount TEXT,
	created INTEGER NOT NULL,
	ended INTEGER,
	CONSTRAINT pk_substitute PRIMARY KEY (id)
)
 STRICT
--;
CREATE INDEX ix_substitute_absent ON substitute (absent)
--;
CREATE INDEX ix_substitute_person ON substitute (person)
--;
CREATE TABLE task (
	id TEXT NOT NULL,
	record TEXT NOT NULL,
	form TEXT NOT NULL,
	kind TEXT NOT NULL,
	step TEXT NOT NULL,
	part TEXT,
	title TEXT,
	actions TEXT NOT NULL,
	content TEXT NOT NULL,
	because TEXT,
	opened INTEGER NOT NULL,
	deadline INTEGER,
	ended INTEGER,
	ended_by TEXT,
	ended_because TEXT,
	CONSTRAINT pk_task PRIMARY KEY (id)
)
 STRICT
--;
CREATE INDEX ix_task_record ON task (record)
--;
CREATE TABLE task_ask (
	task TEXT NOT NULL,
	role TEXT NOT NULL,
	relation TEXT NOT NULL,
	unit TEXT NOT NULL,
	person TEXT NOT NULL,
	CONSTRAINT pk_task_ask PRIMARY KEY (task, role, relation, unit, person)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ix_task_ask_person ON task_ask (person, task)
--;
CREATE INDEX ix_task_ask_role ON task_ask (role, relation, unit, task)
--;
CREATE TABLE timer (
	record TEXT NOT NULL,
	name TEXT NOT NULL,
	occurrence TEXT NOT NULL,
	form TEXT NOT NULL,
	due INTEGER NOT NULL,
	fired INTEGER,
	cancelled INTEGER,
	broke INTEGER DEFAULT 0 NOT NULL,
	not_before INTEGER,
	CONSTRAINT pk_timer PRIMARY KEY (record, name, occurrence)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE INDEX ix_timer_due ON timer (due) WHERE fired IS NULL AND cancelled IS NULL
--;
CREATE TABLE vote (
	record TEXT NOT NULL,
	approval TEXT NOT NULL,
	round INTEGER NOT NULL,
	step TEXT NOT NULL,
	part TEXT NOT NULL,
	"row" TEXT NOT NULL,
	person TEXT NOT NULL,
	on_behalf TEXT,
	verdict TEXT NOT NULL,
	task TEXT,
	content TEXT NOT NULL,
	comment TEXT,
	at INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	CONSTRAINT pk_vote PRIMARY KEY (record, approval, round, step, part, "row", person, seq)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE definition (
	version INTEGER NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	layer INTEGER NOT NULL,
	path TEXT NOT NULL,
	hash TEXT NOT NULL,
	CONSTRAINT pk_definition PRIMARY KEY (version, kind, name),
	FOREIGN KEY(version) REFERENCES definition_version (version),
	FOREIGN KEY(hash) REFERENCES definition_text (hash)
)
 STRICT
--;
CREATE TRIGGER security_log_no_update BEFORE UPDATE ON security_log BEGIN SELECT RAISE(ABORT, 'rows of security_log are never changed'); END
--;
CREATE TRIGGER security_log_no_delete BEFORE DELETE ON security_log BEGIN SELECT RAISE(ABORT, 'rows of security_log are never changed'); END
--;
CREATE TRIGGER definition_version_no_update BEFORE UPDATE ON definition_version BEGIN SELECT RAISE(ABORT, 'rows of definition_version are never changed'); END
--;
CREATE TRIGGER definition_version_no_delete BEFORE DELETE ON definition_version BEGIN SELECT RAISE(ABORT, 'rows of definition_version are never changed'); END
--;
CREATE TRIGGER definition_text_no_update BEFORE UPDATE ON definition_text BEGIN SELECT RAISE(ABORT, 'rows of definition_text are never changed'); END
--;
CREATE TRIGGER definition_text_no_delete BEFORE DELETE ON definition_text BEGIN SELECT RAISE(ABORT, 'rows of definition_text are never changed'); END
--;
CREATE TRIGGER definition_no_update BEFORE UPDATE ON definition BEGIN SELECT RAISE(ABORT, 'rows of definition are never changed'); END
--;
CREATE TRIGGER definition_no_delete BEFORE DELETE ON definition BEGIN SELECT RAISE(ABORT, 'rows of definition are never changed'); END
--;
CREATE TRIGGER field_number_no_update BEFORE UPDATE ON field_number BEGIN SELECT RAISE(ABORT, 'rows of field_number are never changed'); END
--;
CREATE TRIGGER field_number_no_delete BEFORE DELETE ON field_number BEGIN SELECT RAISE(ABORT, 'rows of field_number are never changed'); END
--;
CREATE TRIGGER movement_no_update BEFORE UPDATE ON movement BEGIN SELECT RAISE(ABORT, 'rows of movement are never changed'); END
--;
CREATE TRIGGER movement_no_delete BEFORE DELETE ON movement BEGIN SELECT RAISE(ABORT, 'rows of movement are never changed'); END
--;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'rows of posting are never changed'); END
--;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'rows of posting are never changed'); END
--;
INSERT INTO ledger_state (id, seq, chart, built) VALUES (1, 0, 0, 0)
--;
CREATE TRIGGER history_no_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'rows of history are never changed'); END
--;
CREATE TRIGGER history_no_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'rows of history are never changed'); END
--;
CREATE TRIGGER vote_no_update BEFORE UPDATE ON vote BEGIN SELECT RAISE(ABORT, 'rows of vote are never changed'); END
--;
CREATE TRIGGER vote_no_delete BEFORE DELETE ON vote BEGIN SELECT RAISE(ABORT, 'rows of vote are never changed'); END
--;
CREATE TRIGGER link_only_reversed BEFORE UPDATE ON link WHEN OLD.reversed IS NOT NULL OR NEW.reversed IS NULL OR (OLD.id, OLD.from_record, OLD.from_row, OLD.to_record, OLD.to_row, OLD.quantity, OLD.effect, OLD.seq) IS NOT (NEW.id, NEW.from_record, NEW.from_row, NEW.to_record, NEW.to_row, NEW.quantity, NEW.effect, NEW.seq) BEGIN SELECT RAISE(ABORT, 'a link is only ever reversed, once'); END
--;
CREATE TRIGGER link_stays BEFORE DELETE ON link BEGIN SELECT RAISE(ABORT, 'a link stays'); END
