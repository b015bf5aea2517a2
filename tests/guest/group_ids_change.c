/* SPDX-License-Identifier: Apache-2.0 */
/* setregid, getresgid and setfsgid follow credentials(7): root sets freely, others among their ids.
 */
#include "guest.h"

#include <grp.h>
#include <sys/fsuid.h>

static void expect_gids(gid_t real, gid_t effective, gid_t saved)
{
	gid_t r, e, s;

	EXPECT_OK(getresgid(&r, &e, &s));
	EXPECT_EQ(r, real);
	EXPECT_EQ(e, effective);
	EXPECT_EQ(s, saved);
}

int main(void)
{
	struct stat st;

	if (geteuid() != 0)
		SKIP("only root may choose its groups");
	guest_tmpdir();
	EXPECT_OK(setregid(100, 200));
	expect_gids(100, 200, 200); /* the saved one follows the effective */
	EXPECT_OK(setregid((gid_t)-1, 300));
	expect_gids(100, 300, 300);
	EXPECT_EQ(setfsgid(400), 300); /* tells what was, never fails */
	EXPECT_EQ(setfsgid((gid_t)-1), 400);
	guest_write_file("f", "", 0644);
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_gid, 400); /* new files belong to it */
	EXPECT_OK(setresgid(100, 200, 300));
	EXPECT_EQ(setfsgid((gid_t)-1), 200); /* it follows the effective one */
	EXPECT_ERRNO(syscall(SYS_getresgid, 8, 8, 8), EFAULT);

	EXPECT_OK(setgroups(0, NULL));
	EXPECT_OK(setresuid(1000, 1000, 1000));
	EXPECT_OK(setregid(200, 100)); /* real and effective may be exchanged */
	expect_gids(200, 100, 100);
	EXPECT_ERRNO(setregid(300, (gid_t)-1), EPERM);
	EXPECT_EQ(setfsgid(555), 100);
	EXPECT_EQ(setfsgid((gid_t)-1), 100); /* refused in silence */
	return 0;
}
