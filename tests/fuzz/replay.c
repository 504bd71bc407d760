/* Hands every file of the folders that are its arguments to a fuzz target, under whatever
 * sanitizers it was built with. It takes the place of libFuzzer's main, so that the corpora are
 * part of `make check` on a machine without clang. The first input is always the empty one. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A larger file is no seed. */
enum { SEED_MAX = 1 << 20 };

/* The input is handed over in a block of exactly its size, so that ASan sees a read past its end.
 */
static int replay_file(const char *path)
{
	uint8_t *whole = malloc(SEED_MAX), *exact;
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!whole || !f) {
		perror(path);
		exit(2);
	}
	n = fread(whole, 1, SEED_MAX, f);
	fclose(f);
	exact = malloc(n ? n : 1);
	if (!exact)
		exit(2);
	memcpy(exact, whole, n);
	free(whole);
	/* Read only when it crashes: the log's last line names the culprit. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 1;
}

static int replay_folder(const char *path)
{
	struct dirent **names = NULL;
	int count = scandir(path, &names, NULL, alphasort), files = 0;

	if (count < 0) {
		perror(path);
		exit(2);
	}
	for (int i = 0; i < count; i++) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			files += replay_file(file);
		free(names[i]);
	}
	free(names);
	return files;
}

int main(int argc, char **argv)
{
	int files = 0;

	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++)
		files += replay_folder(argv[i]);
	if (files == 0) {
		fprintf(stderr, "no seed to replay\n");
		return 1;
	}
	printf("%d inputs replayed\n", files);
	return 0;
}
