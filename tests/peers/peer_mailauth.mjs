// mailauth, for run.py: SPF for an address that no record names, the DMARC record that applies, the keys of the selectors, and the MTA-STS
// policy. MAILAUTH is its folder; STRICT=1 asks for its strict mode.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import dns from 'node:dns';

const require = createRequire(process.env.MAILAUTH + '/package.json');
const { spf } = require(process.env.MAILAUTH + '/lib/spf');
const getDmarcRecord = require(process.env.MAILAUTH + '/lib/dmarc/get-dmarc-record');
const { getPublicKey } = require(process.env.MAILAUTH + '/lib/tools');
const { getPolicy, validateMx } = require(process.env.MAILAUTH + '/lib/mta-sts');
const strict = process.env.STRICT === '1';
const resolver = dns.promises.resolve;

async function audit({ domain, selectors }) {
	const out = { why: {} };
	const s = await spf({ sender: 'someone@' + domain, ip: '203.0.113.200', helo: 'client.example.org', mta: 'mx.example.org', strict });
	const result = s.status.result;
	out.spf = { permerror: 'error', temperror: 'unknown', none: 'none' }[result] || 'ok';
	out.result = result;
	out.why.spf = s.status.comment;
	if (out.spf === 'ok') {
		out.spf_lookups = s.lookups.count;
		out.spf_voids = s.lookups.void;
	}
	try {
		const d = await getDmarcRecord(domain, resolver, { strict });
		const applies = d && getDmarcRecord.getPolicyTags(d);
		out.dmarc = applies ? 'applies' : 'none';
		out.dmarc_at = applies ? d.recordDomain : null;
		out.why.dmarc = d;
	} catch (err) {
		out.dmarc = 'unknown';
		out.why.dmarc = err.message;
	}
	out.dkim = {};
	for (const selector of selectors) {
		try {
			const key = await getPublicKey('DKIM', selector + '._domainkey.' + domain, 1024, resolver, { strict });
			out.dkim[selector] = key.keyType === 'ed25519' ? 'ed25519 256' : key.keyType + ' ' + key.modulusLength;
		} catch (err) {
			out.why['dkim ' + selector] = err.message;
		}
	}
	try {
		const p = await getPolicy(domain, null, { strict });
		out.sts = p.status === 'not_found' ? 'none' : p.status === 'errored' ? 'error' : 'ok';
		out.sts_mode = out.sts === 'ok' ? p.policy.mode : null;
		out.sts_uncovered = [];
		for (const { exchange } of out.sts === 'ok' ? await resolver(domain, 'MX').catch(() => []) : [])
			if (exchange && !validateMx(exchange, p.policy).valid) out.sts_uncovered.push(exchange);
		out.sts_uncovered.sort();
		out.why.sts = p.policy && p.policy.error ? p.policy.error.message : null;
	} catch (err) {
		out.sts = 'error';
		out.sts_mode = null;
		out.why.sts = err.message;
	}
	return out;
}

for await (const line of createInterface({ input: process.stdin })) {
	let said;
	try {
		said = await audit(JSON.parse(line));
	} catch (err) {
		said = { error: err.message };
	}
	process.stdout.write(JSON.stringify(said) + '\n');
}
