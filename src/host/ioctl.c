/* SPDX-License-Identifier: Apache-2.0 */
/* ioctl(2), turned around once; see ioctl.h. */
#include "host/ioctl.h"

#include <errno.h>
#include <sys/ioctl.h>

int host_ioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

int host_ioctl_value(int fd, unsigned long cmd, int value)
{
	return ioctl(fd, cmd, value) < 0 ? -errno : 0;
}
