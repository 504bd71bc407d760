#include "spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { RING_MIN = 64 };

void spool_init(struct spool *s, size_t max_memory, size_t window, const char *dir)
{
	*s = (struct spool){ .max_memory = max_memory, .window = window, .dir = dir, .fd = -1 };
}

void spool_free(struct spool *s)
{
	for (size_t i = 0; i < s->nring; i++)
		free(s->ring[i].p);
	free(s->ring);
	if (s->fd >= 0)
		close(s->fd);
	s->ring = NULL;
	s->nring = 0;
	s->fd = -1;
}

static struct piece *piece_of(const struct spool *s, size_t index)
{
	return &s->ring[index & (s->nring - 1)];
}

bool spool_has_room(const struct spool *s, size_t index)
{
	return index - s->first < s->window && (s->in_memory < s->max_memory || !s->no_file);
}

/* Room for the index-th in the ring. */
static bool grow(struct spool *s, size_t index)
{
	size_t n = s->nring ? s->nring : RING_MIN;
	struct piece *ring;

	if (index - s->first < s->nring)
		return true;
	while (index - s->first >= n)
		n *= 2;
	ring = calloc(n, sizeof(*ring));
	if (!ring)
		return false;
	for (size_t i = s->first; i < s->end; i++)
		ring[i & (n - 1)] = *piece_of(s, i);
	free(s->ring);
	s->ring = ring;
	s->nring = n;
	return true;
}

/* Into the file. False when that is not possible: then it is kept in memory. */
static bool put_out(struct spool *s, struct piece *p, const char *text)
{
	size_t done = 0;

	if (s->fd < 0)
		s->fd = open(s->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->fd < 0 || s->file_end + (off_t)p->n > SPOOL_FILE_MAX)
		return false;
	while (done < p->n) {
		ssize_t n = pwrite(s->fd, text + done, p->n - done, s->file_end + (off_t)done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	p->at = s->file_end;
	s->file_end += (off_t)p->n;
	s->in_file++;
	return true;
}

static bool keep(struct spool *s, struct piece *p, const char *text)
{
	p->p = malloc(p->n);
	if (!p->p) {
		p->n = 0;
		return false;
	}
	memcpy(p->p, text, p->n);
	s->in_memory += p->n;
	return true;
}

bool spool_put(struct spool *s, size_t index, struct str text)
{
	struct piece *p;

	if (!grow(s, index))
		return false;
	p = piece_of(s, index);
	*p = (struct piece){ .n = text.n, .there = true };
	if (index >= s->end)
		s->end = index + 1;
	if (!text.n)
		return true;
	if (index != s->first && s->in_memory + text.n > s->max_memory) {
		s->no_file = !put_out(s, p, text.p);
		if (!s->no_file)
			return true;
	}
	return keep(s, p, text.p);
}

static bool read_back(struct spool *s, const struct piece *p, struct buf *out)
{
	char block[16384];

	for (size_t done = 0; done < p->n;) {
		size_t want = p->n - done < sizeof(block) ? p->n - done : sizeof(block);
		ssize_t n = pread(s->fd, block, want, p->at + (off_t)done);

		if (n <= 0)
			return false;
		buf_add(out, block, (size_t)n);
		done += (size_t)n;
	}
	s->in_file--;
	return true;
}

static bool take_first(struct spool *s, struct buf *out)
{
	struct piece *p = piece_of(s, s->first++);
	bool ok = true;

	if (!p->there)
		return true;
	if (p->p || !p->n) {
		buf_add(out, p->p, p->n);
		free(p->p);
		s->in_memory -= p->n;
	} else {
		ok = read_back(s, p, out);
	}
	*p = (struct piece){ 0 };
	if (!s->in_file && s->file_end) {
		s->file_end = 0;
		s->no_file = ftruncate(s->fd, 0) != 0;
	}
	return ok;
}

bool spool_take(struct spool *s, struct buf *out)
{
	while (s->first < s->end && piece_of(s, s->first)->there)
		if (!take_first(s, out))
			return false;
	return true;
}

bool spool_take_all(struct spool *s, struct buf *out)
{
	while (s->first < s->end)
		if (!take_first(s, out))
			return false;
	return true;
}
