/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error numbers that Linux uses inside itself: a handler returns them, the way back to the guest
 * turns each into EINTR, into a restart, or (the last group) into another error. The guest never
 * sees one, but its tracer does. The numbers that the guest sees are the host's: <errno.h>.
 * Source:
 * include/linux/errno.h; signal(7), "Interruption of system calls".
 */
#ifndef CAISSON_ABI_ERRNO_H
#define CAISSON_ABI_ERRNO_H

/*
 * ERESTARTSYS: restart if no handler ran or it has SA_RESTART. ERESTARTNOINTR: always restart.
 * ERESTARTNOHAND: restart if no handler ran. ERESTART_RESTARTBLOCK: as that, by restart_syscall(2).
 */
#define LX_ERESTARTSYS           512
#define LX_ERESTARTNOINTR        513
#define LX_ERESTARTNOHAND        514
#define LX_ERESTART_RESTARTBLOCK 516

#define LX_ENOIOCTLCMD  515
#define LX_EPROBE_DEFER 517
#define LX_EOPENSTALE   518
#define LX_ENOPARAM     519
#define LX_ENOTSUPP     524
/* No number is larger: -LX_MAX_ERRNO .. -1 is what a failing system call returns. */
#define LX_MAX_ERRNO 4095

#endif
