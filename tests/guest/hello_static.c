/* SPDX-License-Identifier: Apache-2.0 */
/* A static program with nothing but libc prints a line and exits with 0. */
#include <stdio.h>

int main(void)
{
	return puts("hello from a static program") < 0;
}
