/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After fork each side sees its own heap, stack, data and mappings; nothing written later crosses
 * over.
 */
#include "guest.h"

static int data = 1;

int main(void)
{
	int stack = 2;
	int *heap = malloc(sizeof(*heap));
	volatile char *map = EXPECT_OK(
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	int to_child[2], to_parent[2];
	char c;

	EXPECT(heap != NULL);
	*heap = 3;
	memset((char *)map, 4, 1 << 20);
	EXPECT_OK(pipe(to_child));
	EXPECT_OK(pipe(to_parent));

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(data, 1);
		EXPECT_EQ(stack, 2);
		EXPECT_EQ(*heap, 3);
		data = stack = *heap = 100;
		memset((char *)map, 100, 512 << 10);
		EXPECT_EQ(write(to_parent[1], "x", 1), 1);
		EXPECT_EQ(read(to_child[0], &c, 1), 1); /* the parent has written now */
		EXPECT_EQ(data + stack + *heap, 300);
		EXPECT_EQ(map[0], 100);
		EXPECT_EQ(map[(1 << 20) - 1], 4);
		_exit(0);
	}
	EXPECT_EQ(read(to_parent[0], &c, 1), 1);
	EXPECT_EQ(data, 1);
	EXPECT_EQ(stack, 2);
	EXPECT_EQ(*heap, 3);
	for (int i = 0; i < 1 << 20; i += 4096)
		EXPECT_EQ(map[i], 4);
	memset((char *)map, 50, 1 << 20);
	data = stack = *heap = 50;
	EXPECT_EQ(write(to_child[1], "x", 1), 1);
	EXPECT_EXIT(pid, 0);
	free(heap);
	return 0;
}
