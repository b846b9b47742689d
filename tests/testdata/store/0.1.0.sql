-- The store of a heald 0.1.0, as `sqlite3 heald.db .dump` wrote it: one governor is dormant, one has a permit outstanding, an attempt for an
-- alert is being verified, a remedy is paused, a flag is off. Only the id of the boot and the name of the host were changed.
PRAGMA application_id = 1751474540; PRAGMA user_version = 9;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE governors (
  name TEXT PRIMARY KEY, state TEXT NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO governors VALUES('ci','{"breaker":{"failures":0,"generation":0,"half_open_admitted":0,"half_open_succeeded":0,"last_failure_at_ns":null,"open_until_ns":0,"state":"CLOSED"},"consecutive_failures":0,"dormancy":null,"epoch":0,"in_flight":[{"epoch":0,"generation":0,"id":1,"remedy":"","started_at_ns":1795938154210376169}],"next_allowed_at_ns":0,"starts_ns":[1869024576525],"totals":{"attempts":1,"failures":0,"successes":0},"version":1}','11111111-2222-3333-4444-555555555555',1869024640174,1795938154210439818);
INSERT INTO governors VALUES('restart-exporter@db1:9100','{"breaker":{"failures":0,"generation":0,"half_open_admitted":0,"half_open_succeeded":0,"last_failure_at_ns":null,"open_until_ns":0,"state":"CLOSED"},"consecutive_failures":0,"dormancy":null,"epoch":0,"in_flight":[{"epoch":0,"generation":0,"id":1,"remedy":"restart-exporter","started_at_ns":1795938154238240939}],"next_allowed_at_ns":0,"starts_ns":[1869052441195],"totals":{"attempts":1,"failures":0,"successes":0},"version":1}','11111111-2222-3333-4444-555555555555',1869053476928,1795938154239276572);
INSERT INTO governors VALUES('restart-shop','{"breaker":{"failures":10,"generation":15,"half_open_admitted":0,"half_open_succeeded":0,"last_failure_at_ns":1795938151861315531,"open_until_ns":0,"state":"PERMANENT_OPEN"},"consecutive_failures":10,"dormancy":{"reason":"Exceeded max failures","resume_conditions":["the cause is found and fixed","a human resumes it, with a reason"],"timestamp_ns":1795938151861315531,"triggered_by":"automatic"},"epoch":0,"in_flight":[],"next_allowed_at_ns":1866735515886,"starts_ns":[1866160150854,1866200972179,1866213423576,1866281042550,1866348711778,1866411398730,1866473573751,1866537065984,1866601121904,1866673363248],"totals":{"attempts":10,"failures":10,"successes":0},"version":1}','11111111-2222-3333-4444-555555555555',1866675549339,1795938151861348983);
CREATE TABLE remedies (
  name TEXT PRIMARY KEY, totals TEXT NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO remedies VALUES('restart-exporter','{"attempts":1,"failures":{"error":0,"interrupted":0,"permanent":0,"timeout":0,"verification":0},"successes":0,"version":1}',1795938154239276572);
INSERT INTO remedies VALUES('restart-shop','{"attempts":10,"failures":{"error":10,"interrupted":0,"permanent":0,"timeout":0,"verification":0},"successes":0,"version":1}',1795938151861348983);
CREATE TABLE flags (
  feature TEXT PRIMARY KEY, enabled INTEGER, changed_at_ns INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO flags VALUES('preventive_healing',0,1795938154190577329);
CREATE TABLE heartbeat (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT;
INSERT INTO heartbeat VALUES(1,'11111111-2222-3333-4444-555555555555',1865984442089,1795938151170241733);
CREATE TABLE pauses (
  remedy TEXT PRIMARY KEY, pause TEXT NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO pauses VALUES('clean-up','{"by":"token control from 127.0.0.1 as root@host","reason":"the disk is being replaced","since_ns":1795938154167421552,"until_ns":2593868981621918,"version":1}','11111111-2222-3333-4444-555555555555',1868981709502,1795938154167509146);
CREATE TABLE permits (
  id TEXT PRIMARY KEY, permit TEXT NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO permits VALUES('1-6f5c4cd1304f4558','{"attempt":1,"by":"token control from 127.0.0.1","deadline_ns":88269024576525,"ended_at_ns":0,"epoch":0,"error":"","governor":"ci","granted_at_ns":1795938154210376169,"reason":"nightly build","state":"outstanding","version":1}','11111111-2222-3333-4444-555555555555',1869024640174,1795938154210439818);
CREATE TABLE history (
  id INTEGER PRIMARY KEY, wall_ns INTEGER NOT NULL, kind TEXT NOT NULL,
  governor TEXT NOT NULL, remedy TEXT NOT NULL, check_name TEXT NOT NULL,
  bytes INTEGER NOT NULL, entry TEXT NOT NULL
) STRICT;
INSERT INTO history VALUES(1,1795938151293865715,'heald','','','',118,'{"event":"started","details":{"version":"0.1.0"}}');
INSERT INTO history VALUES(2,1795938151326138664,'check','','','shop',166,'{"event":"unhealthy","message":"exit code 1","details":{"was":"unknown","status":"critical"}}');
INSERT INTO history VALUES(3,1795938151345950498,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":1,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(4,1795938151363188875,'denial','clean-up','clean-up','shop',149,'{"event":"observe_mode","message":"an attempt would start"}');
INSERT INTO history VALUES(5,1795938151363671630,'attempt','restart-shop','restart-shop','shop',277,'{"event":"failed","attempt":1,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":1,"reason":"error","exitCode":3,"duration":17,"backoff":5}}');
INSERT INTO history VALUES(6,1795938151363671630,'denial','restart-shop','restart-shop','shop',164,'{"event":"backoff","details":{"until":"2026-11-29T07:42:31.368Z"}}');
INSERT INTO history VALUES(7,1795938151386771823,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":2,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(8,1795938151388954558,'attempt','restart-shop','restart-shop','shop',277,'{"event":"failed","attempt":2,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":2,"reason":"error","exitCode":3,"duration":2,"backoff":10}}');
INSERT INTO history VALUES(9,1795938151388954558,'denial','restart-shop','restart-shop','shop',164,'{"event":"backoff","details":{"until":"2026-11-29T07:42:31.398Z"}}');
INSERT INTO history VALUES(10,1795938151399223210,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":3,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(11,1795938151401145797,'attempt','restart-shop','restart-shop','shop',277,'{"event":"failed","attempt":3,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":3,"reason":"error","exitCode":3,"duration":1,"backoff":20}}');
INSERT INTO history VALUES(12,1795938151401145797,'breaker','restart-shop','','',140,'{"event":"OPEN","details":{"from":"CLOSED","failures":3}}');
INSERT INTO history VALUES(13,1795938151401145797,'denial','restart-shop','restart-shop','shop',169,'{"event":"breaker_open","details":{"until":"2026-11-29T07:42:31.461Z"}}');
INSERT INTO history VALUES(14,1795938151466842274,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":4,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(15,1795938151466842274,'breaker','restart-shop','','',143,'{"event":"HALF_OPEN","details":{"from":"OPEN","failures":3}}');
INSERT INTO history VALUES(16,1795938151474249379,'attempt','restart-shop','restart-shop','shop',277,'{"event":"failed","attempt":4,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":4,"reason":"error","exitCode":3,"duration":7,"backoff":40}}');
INSERT INTO history VALUES(17,1795938151474249379,'breaker','restart-shop','','',143,'{"event":"OPEN","details":{"from":"HALF_OPEN","failures":4}}');
INSERT INTO history VALUES(18,1795938151474249379,'denial','restart-shop','restart-shop','shop',169,'{"event":"breaker_open","details":{"until":"2026-11-29T07:42:31.534Z"}}');
INSERT INTO history VALUES(19,1795938151534511502,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":5,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(20,1795938151534511502,'breaker','restart-shop','','',143,'{"event":"HALF_OPEN","details":{"from":"OPEN","failures":4}}');
INSERT INTO history VALUES(21,1795938151537038713,'attempt','restart-shop','restart-shop','shop',277,'{"event":"failed","attempt":5,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":5,"reason":"error","exitCode":3,"duration":2,"backoff":60}}');
INSERT INTO history VALUES(22,1795938151537038713,'breaker','restart-shop','','',143,'{"event":"OPEN","details":{"from":"HALF_OPEN","failures":5}}');
INSERT INTO history VALUES(23,1795938151537038713,'denial','restart-shop','restart-shop','shop',169,'{"event":"breaker_open","details":{"until":"2026-11-29T07:42:31.597Z"}}');
INSERT INTO history VALUES(24,1795938151597198364,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":6,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(25,1795938151597198364,'breaker','restart-shop','','',143,'{"event":"HALF_OPEN","details":{"from":"OPEN","failures":5}}');
INSERT INTO history VALUES(26,1795938151599236307,'attempt','restart-shop','restart-shop','shop',277,'{"event":"failed","attempt":6,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":6,"reason":"error","exitCode":3,"duration":2,"backoff":60}}');
INSERT INTO history VALUES(27,1795938151599236307,'breaker','restart-shop','','',143,'{"event":"OPEN","details":{"from":"HALF_OPEN","failures":6}}');
INSERT INTO history VALUES(28,1795938151599236307,'denial','restart-shop','restart-shop','shop',169,'{"event":"breaker_open","details":{"until":"2026-11-29T07:42:31.659Z"}}');
INSERT INTO history VALUES(29,1795938151659373396,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":7,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(30,1795938151659373396,'breaker','restart-shop','','',143,'{"event":"HALF_OPEN","details":{"from":"OPEN","failures":6}}');
INSERT INTO history VALUES(31,1795938151662671983,'attempt','restart-shop','restart-shop','shop',277,'{"event":"failed","attempt":7,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":7,"reason":"error","exitCode":3,"duration":3,"backoff":60}}');
INSERT INTO history VALUES(32,1795938151662671983,'breaker','restart-shop','','',143,'{"event":"OPEN","details":{"from":"HALF_OPEN","failures":7}}');
INSERT INTO history VALUES(33,1795938151662671983,'denial','restart-shop','restart-shop','shop',169,'{"event":"breaker_open","details":{"until":"2026-11-29T07:42:31.722Z"}}');
INSERT INTO history VALUES(34,1795938151722865628,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":8,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(35,1795938151722865628,'breaker','restart-shop','','',143,'{"event":"HALF_OPEN","details":{"from":"OPEN","failures":7}}');
INSERT INTO history VALUES(36,1795938151726792444,'attempt','restart-shop','restart-shop','shop',277,'{"event":"failed","attempt":8,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":8,"reason":"error","exitCode":3,"duration":3,"backoff":60}}');
INSERT INTO history VALUES(37,1795938151726792444,'breaker','restart-shop','','',143,'{"event":"OPEN","details":{"from":"HALF_OPEN","failures":8}}');
INSERT INTO history VALUES(38,1795938151726792444,'denial','restart-shop','restart-shop','shop',169,'{"event":"breaker_open","details":{"until":"2026-11-29T07:42:31.786Z"}}');
INSERT INTO history VALUES(39,1795938151786921548,'attempt','restart-shop','restart-shop','shop',175,'{"event":"started","attempt":9,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(40,1795938151786921548,'breaker','restart-shop','','',143,'{"event":"HALF_OPEN","details":{"from":"OPEN","failures":8}}');
INSERT INTO history VALUES(41,1795938151799048055,'attempt','restart-shop','restart-shop','shop',278,'{"event":"failed","attempt":9,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":9,"reason":"error","exitCode":3,"duration":12,"backoff":60}}');
INSERT INTO history VALUES(42,1795938151799048055,'breaker','restart-shop','','',143,'{"event":"OPEN","details":{"from":"HALF_OPEN","failures":9}}');
INSERT INTO history VALUES(43,1795938151799048055,'denial','restart-shop','restart-shop','shop',169,'{"event":"breaker_open","details":{"until":"2026-11-29T07:42:31.859Z"}}');
INSERT INTO history VALUES(44,1795938151859162893,'attempt','restart-shop','restart-shop','shop',176,'{"event":"started","attempt":10,"message":"exit code 1","details":{"step":1}}');
INSERT INTO history VALUES(45,1795938151859162893,'breaker','restart-shop','','',143,'{"event":"HALF_OPEN","details":{"from":"OPEN","failures":9}}');
INSERT INTO history VALUES(46,1795938151861315531,'attempt','restart-shop','restart-shop','shop',279,'{"event":"failed","attempt":10,"message":"exit code 3","output":"no such unit: shop\n","details":{"consecutiveFailures":10,"reason":"error","exitCode":3,"duration":2,"backoff":60}}');
INSERT INTO history VALUES(47,1795938151861315531,'breaker','restart-shop','','',154,'{"event":"PERMANENT_OPEN","details":{"from":"HALF_OPEN","failures":10}}');
INSERT INTO history VALUES(48,1795938151861315531,'governor','restart-shop','','',175,'{"event":"dormant","message":"Exceeded max failures","details":{"triggeredBy":"automatic"}}');
INSERT INTO history VALUES(49,1795938151861315531,'denial','restart-shop','restart-shop','shop',117,'{"event":"dormant"}');
INSERT INTO history VALUES(50,1795938154167421552,'pause','','clean-up','',231,'{"event":"paused","actor":"token control from 127.0.0.1 as root@host","message":"the disk is being replaced","details":{"until":"2026-12-29T07:42:34.167Z"}}');
INSERT INTO history VALUES(51,1795938154186618934,'denial','clean-up','clean-up','shop',194,'{"event":"paused","message":"the disk is being replaced","details":{"until":"2026-12-29T07:42:34.167Z"}}');
INSERT INTO history VALUES(52,1795938154190577329,'flag','','','',206,'{"event":"off","actor":"token control from 127.0.0.1 as root@host","message":"not before the audit","details":{"flag":"preventive_healing"}}');
INSERT INTO history VALUES(53,1795938154210376169,'attempt','ci','','',211,'{"event":"started","attempt":1,"actor":"token control from 127.0.0.1","message":"nightly build","details":{"permit":"1-6f5c4cd1304f4558"}}');
INSERT INTO history VALUES(54,1795938154238240939,'alert','','restart-exporter','',231,'{"event":"firing","target":"db1:9100","message":"ExporterDown","details":{"fingerprint":"c1a5c1a5c1a5c1a5","startsAt":"2026-11-29T07:00:00.000Z"}}');
INSERT INTO history VALUES(55,1795938154238240939,'attempt','restart-exporter@db1:9100','restart-exporter','',248,'{"event":"started","attempt":1,"target":"db1:9100","message":"alert ExporterDown","details":{"step":1,"fingerprint":"c1a5c1a5c1a5c1a5"}}');
INSERT INTO history VALUES(56,1795938157290243868,'denial','ci','','',185,'{"event":"in_flight","actor":"token control from 127.0.0.1 as root@host","message":"denied by the guard in_flight"}');
INSERT INTO history VALUES(57,1795938157308953695,'heald','','','',88,'{"event":"stopped"}');
CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO answers VALUES('token control from 127.0.0.1 as root@host 9a75a4960624d38b3acb8a7e98103fe9','{"at_ns":1795938154190577329,"message":"preventive_healing is off","permit":"","request":"25eac48d4dae68a34159a6d4b1f1f16e065a804ef9d9cc978912361593bb9df9","version":1}');
INSERT INTO answers VALUES('token control from 127.0.0.1 as root@host b73823fc0f3744feb264e505352b6ecf','{"at_ns":1795938154167421552,"message":"remedy \"clean-up\" is paused until 2026-12-29T07:42:34.167Z","permit":"","request":"411d7e8c1991c1db5c198a7ba571141c9aa8558180234ce1b28ac4c8a3e8c0cd","version":1}');
CREATE TABLE incidents (
  remedy TEXT PRIMARY KEY, incident TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO incidents VALUES('restart-shop','{"check":"shop","failures":10,"since_ns":1795938151326138664,"step":1,"version":1}');
CREATE TABLE episodes (
  remedy TEXT NOT NULL, identity TEXT NOT NULL, episode TEXT NOT NULL,
  PRIMARY KEY (remedy, identity)
) STRICT, WITHOUT ROWID;
INSERT INTO episodes VALUES('restart-exporter','c1a5c1a5c1a5c1a5','{"attempt":1,"before_ns":0,"earlier_attempt":0,"ended_at_ns":0,"failures":0,"fingerprint":"c1a5c1a5c1a5c1a5","firing":true,"heard_at_ns":1795938154238240939,"labels":[{"name":"alertname","value":"ExporterDown"},{"name":"instance","value":"db1:9100"}],"starts_at_ns":1795935600000000000,"step":1,"target":"db1:9100","version":1}');
CREATE TABLE counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counts VALUES('human_actions/flag',1);
INSERT INTO counts VALUES('human_actions/pause',1);
CREATE TABLE unhealthy_times (
  check_name TEXT PRIMARY KEY, ended_ns INTEGER NOT NULL, since_ns INTEGER, human INTEGER NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO unhealthy_times VALUES('shop',0,1866140339020,1,'11111111-2222-3333-4444-555555555555',1868981709502,1795938154167509146);
COMMIT;
