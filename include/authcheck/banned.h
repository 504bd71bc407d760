/* banned: functions that this project does without. The Makefile includes it before everything else
 * in src and tests, so that a use is a compile error that names what to take instead. (The headers
 * included first are those that declare the functions: a macro that stands before a declaration
 * would break it.)
 *
 * Layer: none; it declares nothing. */
#ifndef AUTHCHECK_BANNED_H
#define AUTHCHECK_BANNED_H

#include <alloca.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(func, instead) sorry_##func##_is_banned_use_##instead

/* No bound, or a bound that does not end the string. */
#undef strcpy
#define strcpy(x, y) BANNED(strcpy, buf_or_arena_str)
#undef stpcpy
#define stpcpy(x, y) BANNED(stpcpy, buf_or_arena_str)
#undef strcat
#define strcat(x, y) BANNED(strcat, buf_or_arena_str)
#undef strncpy
#define strncpy(x, y, n) BANNED(strncpy, buf_or_arena_str)
#undef strncat
#define strncat(x, y, n) BANNED(strncat, buf_or_arena_str)
#undef sprintf
#define sprintf(...) BANNED(sprintf, snprintf_or_buf_addf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, vsnprintf_or_buf_addf)
#undef gets
#define gets(x) BANNED(gets, getline)

/* State between calls. */
#undef strtok
#define strtok(x, y) BANNED(strtok, struct_input)
#undef strtok_r
#define strtok_r(x, y, z) BANNED(strtok_r, struct_input)
#undef gmtime
#define gmtime(t) BANNED(gmtime, gmtime_r)
#undef localtime
#define localtime(t) BANNED(localtime, gmtime_r)
#undef localtime_r
#define localtime_r(t, x) BANNED(localtime_r, gmtime_r)
#undef asctime
#define asctime(t) BANNED(asctime, strftime)
#undef asctime_r
#define asctime_r(t, buf) BANNED(asctime_r, strftime)
#undef ctime
#define ctime(t) BANNED(ctime, strftime)
#undef ctime_r
#define ctime_r(t, buf) BANNED(ctime_r, strftime)
#undef rand
#define rand() BANNED(rand, getrandom)

/* A number that is none, or too large, is not told from a number. */
#undef atoi
#define atoi(x) BANNED(atoi, str_to_u32)
#undef atol
#define atol(x) BANNED(atol, str_to_u32)
#undef atoll
#define atoll(x) BANNED(atoll, str_to_u32)
#undef atof
#define atof(x) BANNED(atof, strtod)

/* A stack that grows with the input. */
#undef alloca
#define alloca(x) BANNED(alloca, arena_alloc)

#endif
