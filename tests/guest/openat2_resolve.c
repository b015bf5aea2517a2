/* SPDX-License-Identifier: Apache-2.0 */
/* openat2 keeps a path beneath its directory when told so and refuses unknown flags and sizes. */
#include "guest.h"

#include <linux/openat2.h>

static int dir;

static long at2(const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {.flags = flags, .resolve = resolve};

	return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

int main(void)
{
	struct {
		struct open_how how;
		uint64_t more;
	} bigger = {{.flags = O_RDONLY}, 0};
	char path[128];

	const char *tmp = guest_tmpdir();
	EXPECT_OK(mkdir("d", 0755));
	guest_write_file("d/f", "F", 0644);
	guest_write_file("outside", "O", 0644);
	EXPECT_OK(symlink("../outside", "d/up"));
	EXPECT_OK(symlink("/", "d/root"));
	EXPECT_OK(symlink("f", "d/s"));
	dir = EXPECT_OK(open("d", O_RDONLY | O_DIRECTORY));
	snprintf(path, sizeof(path), "%s/d/f", tmp);

	if (at2("f", O_RDONLY, 0) == -1 && errno == ENOSYS)
		SKIP("no openat2 here");
	EXPECT_OK(at2("f", O_RDONLY, RESOLVE_BENEATH));
	EXPECT_OK(at2("../outside", O_RDONLY, 0));
	EXPECT_ERRNO(at2("../outside", O_RDONLY, RESOLVE_BENEATH), EXDEV);
	EXPECT_ERRNO(at2("up", O_RDONLY, RESOLVE_BENEATH), EXDEV);
	EXPECT_ERRNO(at2("root", O_RDONLY, RESOLVE_BENEATH), EXDEV);
	EXPECT_ERRNO(at2(path, O_RDONLY, RESOLVE_BENEATH), EXDEV);
	EXPECT_OK(at2("/f", O_RDONLY, RESOLVE_IN_ROOT));
	EXPECT_OK(at2("../../f", O_RDONLY, RESOLVE_IN_ROOT));
	EXPECT_OK(at2("root/f", O_RDONLY, RESOLVE_IN_ROOT));
	EXPECT_ERRNO(at2("up", O_RDONLY, RESOLVE_IN_ROOT), ENOENT);
	EXPECT_ERRNO(at2("s", O_RDONLY, RESOLVE_NO_SYMLINKS), ELOOP);
	EXPECT_OK(at2("s", O_RDONLY, RESOLVE_NO_MAGICLINKS));
	EXPECT_OK(at2("f", O_RDONLY, RESOLVE_NO_XDEV));

	EXPECT_ERRNO(at2("f", 1ULL << 40, 0), EINVAL);
	EXPECT_ERRNO(at2("f", O_RDONLY, 1 << 20), EINVAL);
	EXPECT_ERRNO(at2("f", O_RDONLY, RESOLVE_BENEATH | RESOLVE_IN_ROOT), EINVAL);
	EXPECT_OK(syscall(SYS_openat2, dir, "f", &bigger, sizeof(bigger)));
	bigger.more = 1;
	EXPECT_ERRNO(syscall(SYS_openat2, dir, "f", &bigger, sizeof(bigger)), E2BIG);
	EXPECT_ERRNO(syscall(SYS_openat2, dir, "f", &bigger, 8), EINVAL);
	return 0;
}
