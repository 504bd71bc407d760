"""An octoDNS processor: `authcheck diff` of what a plan would publish against what is published now.

In the configuration of octoDNS, with this file in a folder of PYTHONPATH:

    processors:
      authcheck:
        class: octodns_authcheck.Authcheck
        options: ['--offline']

It writes both states as BIND zone files and stops the plan where authcheck's exit status is 1.
"""
import subprocess
import tempfile
from pathlib import Path

try:
    from octodns.processor.base import BaseProcessor
except ImportError:  # to be read and tried without octoDNS
    class BaseProcessor:
        def __init__(self, name):
            self.name = name


def zone_file(name, records):
    """The records of an octoDNS zone as text of a zone file."""
    lines = [f'$ORIGIN {name}']
    for record in sorted(records, key=lambda r: (r.fqdn, r._type)):
        values = getattr(record, 'values', None) or [record.value]
        for value in values:
            text = getattr(value, 'rdata_text', value)
            if record._type in ('TXT', 'SPF'):
                text = record.chunked_value(value)
            lines.append(f'{record.fqdn} {record.ttl} IN {record._type} {text}')
    return '\n'.join(lines) + '\n'


class Authcheck(BaseProcessor):
    def __init__(self, name, program='authcheck', options=()):
        super().__init__(name)
        self.program = program
        self.options = list(options)

    def process_source_and_target_zones(self, desired, existing, target):
        with tempfile.TemporaryDirectory() as folder:
            states = []
            for state, zone in (('before', existing), ('after', desired)):
                path = Path(folder, state)
                path.write_text(zone_file(desired.name, zone.records if zone else []))
                states.append(str(path))
            done = subprocess.run(
                [self.program, 'diff', *self.options, '--origin', desired.name, '--', *states],
                capture_output=True, text=True, check=False)
        if done.returncode == 1:
            raise ValueError(f'authcheck: {desired.name}\n{done.stdout}{done.stderr}')
        if done.returncode == 2:
            raise RuntimeError(done.stderr)
        return desired, existing
