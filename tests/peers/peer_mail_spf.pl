#!/usr/bin/perl
# Mail::SPF, for run.py: the answer to mail from an address that no record names. Wants Mail::SPF (Debian: libmail-spf-perl) and JSON::PP.
use strict;
use warnings;
use JSON::PP;
use Mail::SPF;

$| = 1;
my %word = (permerror => 'error', temperror => 'unknown', none => 'none');
while (my $line = <STDIN>) {
	my $domain = decode_json($line)->{domain};
	my $out = eval {
		my $request = Mail::SPF::Request->new(scope => 'mfrom', identity => "someone\@$domain", ip_address => '203.0.113.200',
			helo_identity => 'client.example.org');
		my $r = Mail::SPF::Server->new->process($request);
		{ spf => $word{$r->code} || 'ok', result => $r->code, why => $r->local_explanation }
	} || { error => "$@" };
	print encode_json($out), "\n";
}
