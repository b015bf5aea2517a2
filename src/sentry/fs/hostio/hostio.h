/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors of the host as open files of the guest: the stdio that `do` passes through. Pipes,
 * sockets, terminals, regular files: all are streams here, because offset and line discipline live
 * in the host's open file description, which the caller shares.
 *
 * A terminal's settings and size are the host's. Whose terminal it is, and who is in the
 * foreground, is the guest's own affair (fs/tty/ctty.h); boot asks when the CLI forwards a signal
 * from the keyboard.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctty;
struct file;
struct hostfd;

/*
 * An open file on h (a reference is taken), access mode as the host's descriptor allows. Two
 * handles on one host file have the same st_dev and st_ino. Caller owns. -ENOMEM, -errno of fstat.
 */
MUST_CHECK int hostio_open(struct hostfd *h, struct file **ret);

/*
 * The terminal that f, made by hostio_open, is on, if it can be opened anew; for boot, which gives
 * it a name in devpts and makes it the controlling terminal of init. NULL: none.
 */
struct ctty *hostio_terminal(struct file *f);

/* Nobody opens it anew any more: who made its session has ended. Open files on it go on. */
void hostio_terminal_drop(struct ctty *c);
/* Its window size, on the host. -ENXIO: it was dropped. */
MUST_CHECK int hostio_terminal_resize(struct ctty *c, uint16_t rows, uint16_t cols);

/* The foreground process group of the terminals passed through; 0: none. */
int32_t hostio_foreground(void);
