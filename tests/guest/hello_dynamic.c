/* SPDX-License-Identifier: Apache-2.0 */
/* A dynamic program is loaded by its interpreter, prints a line and exits with 0. */
#include <stdio.h>

int main(void)
{
	return puts("hello from a dynamic program") < 0;
}
