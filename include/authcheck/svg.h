/* svg: a logo as BIMI wants it: the profile SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman),
 * which is SVG Tiny 1.2 without all that moves, acts or comes from elsewhere.
 *
 * Layer: parse. Read with expat: no DTD is fetched, no entity is taken, and nothing past the
 * maximum of octets, depth and faults is looked at. */
#ifndef AUTHCHECK_SVG_H
#define AUTHCHECK_SVG_H

#include <stdbool.h>

#include "fault.h"

enum { SVG_OCTETS_ADVISED = 32 * 1024, SVG_OCTETS_MAX = 1024 * 1024 };

enum svg_fault {
	SVG_FAULT_GZIP,     /* packed, and cannot be unpacked, or to more than SVG_OCTETS_MAX */
	SVG_FAULT_XML,      /* not well-formed, or with entities of its own */
	SVG_FAULT_ROOT,     /* the root is no svg element of SVG's namespace */
	SVG_FAULT_VERSION,  /* version is not 1.2 */
	SVG_FAULT_PROFILE,  /* baseProfile is not tiny-ps */
	SVG_FAULT_PLACE,    /* x or y at the root */
	SVG_FAULT_TITLE,    /* none, an empty one, or several */
	SVG_FAULT_ELEMENT,  /* one that the profile does not have: script, image, animate … */
	SVG_FAULT_EVENT,    /* an attribute with a script in it */
	SVG_FAULT_EXTERNAL, /* a reference to something outside of the file */
	SVG_FAULT_SIZE,     /* more than SVG_OCTETS_ADVISED, unpacked */
};

struct svg {
	struct str text;      /* unpacked; empty when that failed */
	struct faults faults; /* enum svg_fault; `at` is empty, the line stands in the detail */
};

/* `body` as a web server sends it: XML, or the same packed (gzip). */
void parse_svg(struct arena *a, struct str body, struct svg *out);

/* Unpacks what begins as gzip does (RFC 1952), and hands back all else as it is. False when it
 * cannot be unpacked, or to more than SVG_OCTETS_MAX. */
bool svg_unpack(struct arena *a, struct str body, struct str *out);

#endif
