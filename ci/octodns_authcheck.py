"""An octoDNS processor: `authcheck diff` of what a plan would publish against what is published now.

In the configuration of octoDNS, with this file in a folder of PYTHONPATH:

    processors:
      authcheck:
        class: octodns_authcheck.Authcheck
        options: ['--offline']

It writes both states as octoDNS keeps zones and stops the plan where authcheck's exit status is 1.
"""
import json
import subprocess
import tempfile
from pathlib import Path

try:
    from octodns.processor.base import BaseProcessor, ProcessorException
except ImportError:  # to be read and tried without octoDNS
    class BaseProcessor:
        def __init__(self, name):
            self.name = name

    class ProcessorException(Exception):
        pass

# A zone that the target does not have yet.
NOTHING = {'': {'type': 'NS', 'value': 'ns.invalid.'}}


def zone_text(records):
    """The records of a zone as octoDNS keeps them in a file; JSON is YAML."""
    zone = {}
    for record in sorted(records, key=lambda r: (r.name, r._type)):
        zone.setdefault(record.name, []).append({'type': record._type, **record.data})
    return json.dumps(zone or NOTHING, indent=1, default=str)


class Authcheck(BaseProcessor):
    def __init__(self, name, program='authcheck', options=()):
        super().__init__(name)
        self.program = program
        self.options = list(options)

    def process_source_and_target_zones(self, desired, existing, target, lenient=False):
        with tempfile.TemporaryDirectory() as folder:
            states = []
            for state, zone in (('published', existing), ('planned', desired)):
                path = Path(folder, state)
                path.write_text(zone_text(zone.records if zone else []))
                states.append(str(path))
            done = subprocess.run(
                [self.program, 'diff', *self.options, '--origin', desired.name, '--', *states],
                capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr).replace(folder + '/', '')
        if done.returncode in (1, 2):
            raise ProcessorException(f'authcheck: {desired.name}\n{said}')
        return desired, existing
