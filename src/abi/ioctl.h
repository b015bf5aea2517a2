/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of ioctl(2): how they are made up, terminals, files in general. Network interfaces:
 * netif.h.
 * Source: include/uapi/asm-generic/{ioctl,ioctls,termbits,termbits-common,termios}.h,
 * include/uapi/linux/{fs,tty}.h; ioctl_tty(2), termios(3).
 */
#ifndef CAISSON_ABI_IOCTL_H
#define CAISSON_ABI_IOCTL_H

#include <stdint.h>

#include "abi/layout.h"

/* A request: direction << 30 | size of its argument << 16 | type << 8 | number. */
#define LX__IOC_NONE      0
#define LX__IOC_WRITE     1
#define LX__IOC_READ      2
#define LX__IOC_NRBITS    8
#define LX__IOC_TYPEBITS  8
#define LX__IOC_SIZEBITS  14
#define LX__IOC_DIRBITS   2
#define LX__IOC_NRSHIFT   0
#define LX__IOC_TYPESHIFT 8
#define LX__IOC_SIZESHIFT 16
#define LX__IOC_DIRSHIFT  30
#define LX__IOC(dir, type, nr, size)                                                               \
	((uint32_t)(dir) << LX__IOC_DIRSHIFT | (uint32_t)(size) << LX__IOC_SIZESHIFT |             \
	 (uint32_t)(type) << LX__IOC_TYPESHIFT | (uint32_t)(nr) << LX__IOC_NRSHIFT)
#define LX__IO(type, nr)      LX__IOC(LX__IOC_NONE, type, nr, 0)
#define LX__IOR(type, nr, t)  LX__IOC(LX__IOC_READ, type, nr, sizeof(t))
#define LX__IOW(type, nr, t)  LX__IOC(LX__IOC_WRITE, type, nr, sizeof(t))
#define LX__IOWR(type, nr, t) LX__IOC(LX__IOC_READ | LX__IOC_WRITE, type, nr, sizeof(t))
#define LX__IOC_DIR(req)      ((req) >> LX__IOC_DIRSHIFT & 0x3)
#define LX__IOC_TYPE(req)     ((req) >> LX__IOC_TYPESHIFT & 0xff)
#define LX__IOC_NR(req)       ((req) >> LX__IOC_NRSHIFT & 0xff)
#define LX__IOC_SIZE(req)     ((req) >> LX__IOC_SIZESHIFT & 0x3fff)

/* Terminals */
#define LX_TCGETS             0x5401
#define LX_TCSETS             0x5402
#define LX_TCSETSW            0x5403
#define LX_TCSETSF            0x5404
#define LX_TCGETA             0x5405
#define LX_TCSETA             0x5406
#define LX_TCSETAW            0x5407
#define LX_TCSETAF            0x5408
#define LX_TCSBRK             0x5409
#define LX_TCXONC             0x540a
#define LX_TCFLSH             0x540b
#define LX_TIOCEXCL           0x540c
#define LX_TIOCNXCL           0x540d
#define LX_TIOCSCTTY          0x540e
#define LX_TIOCGPGRP          0x540f
#define LX_TIOCSPGRP          0x5410
#define LX_TIOCOUTQ           0x5411
#define LX_TIOCSTI            0x5412
#define LX_TIOCGWINSZ         0x5413
#define LX_TIOCSWINSZ         0x5414
#define LX_TIOCMGET           0x5415
#define LX_TIOCMBIS           0x5416
#define LX_TIOCMBIC           0x5417
#define LX_TIOCMSET           0x5418
#define LX_TIOCGSOFTCAR       0x5419
#define LX_TIOCSSOFTCAR       0x541a
#define LX_FIONREAD           0x541b
#define LX_TIOCINQ            0x541b
#define LX_TIOCLINUX          0x541c
#define LX_TIOCCONS           0x541d
#define LX_TIOCGSERIAL        0x541e
#define LX_TIOCSSERIAL        0x541f
#define LX_TIOCPKT            0x5420
#define LX_FIONBIO            0x5421
#define LX_TIOCNOTTY          0x5422
#define LX_TIOCSETD           0x5423
#define LX_TIOCGETD           0x5424
#define LX_TCSBRKP            0x5425
#define LX_TIOCSBRK           0x5427
#define LX_TIOCCBRK           0x5428
#define LX_TIOCGSID           0x5429
#define LX_TCGETS2            0x802c542a
#define LX_TCSETS2            0x402c542b
#define LX_TCSETSW2           0x402c542c
#define LX_TCSETSF2           0x402c542d
#define LX_TIOCGRS485         0x542e
#define LX_TIOCSRS485         0x542f
#define LX_TIOCGPTN           0x80045430
#define LX_TIOCSPTLCK         0x40045431
#define LX_TIOCGDEV           0x80045432
#define LX_TCGETX             0x5432
#define LX_TCSETX             0x5433
#define LX_TCSETXF            0x5434
#define LX_TCSETXW            0x5435
#define LX_TIOCSIG            0x40045436
#define LX_TIOCVHANGUP        0x5437
#define LX_TIOCGPKT           0x80045438
#define LX_TIOCGPTLCK         0x80045439
#define LX_TIOCGEXCL          0x80045440
#define LX_TIOCGPTPEER        0x5441
#define LX_FIONCLEX           0x5450
#define LX_FIOCLEX            0x5451
#define LX_FIOASYNC           0x5452
#define LX_TIOCSERCONFIG      0x5453
#define LX_TIOCMIWAIT         0x545c
#define LX_TIOCGICOUNT        0x545d
#define LX_FIOQSIZE           0x5460
#define LX_TIOCPKT_DATA       0
#define LX_TIOCPKT_FLUSHREAD  1
#define LX_TIOCPKT_FLUSHWRITE 2
#define LX_TIOCPKT_STOP       4
#define LX_TIOCPKT_START      8
#define LX_TIOCPKT_NOSTOP     16
#define LX_TIOCPKT_DOSTOP     32
#define LX_TIOCPKT_IOCTL      64
#define LX_TIOCSER_TEMT       1
#define LX_NCCS               19

struct lx_termios {
	uint32_t c_iflag;
	uint32_t c_oflag;
	uint32_t c_cflag;
	uint32_t c_lflag;
	uint8_t c_line;
	uint8_t c_cc[LX_NCCS];
};
LX_ASSERT_SIZE(struct lx_termios, 36);
LX_ASSERT_AT(struct lx_termios, c_iflag, 0);
LX_ASSERT_AT(struct lx_termios, c_oflag, 4);
LX_ASSERT_AT(struct lx_termios, c_cflag, 8);
LX_ASSERT_AT(struct lx_termios, c_lflag, 12);
LX_ASSERT_AT(struct lx_termios, c_line, 16);
LX_ASSERT_AT(struct lx_termios, c_cc, 17);

struct lx_termios2 {
	uint32_t c_iflag;
	uint32_t c_oflag;
	uint32_t c_cflag;
	uint32_t c_lflag;
	uint8_t c_line;
	uint8_t c_cc[LX_NCCS];
	uint32_t c_ispeed;
	uint32_t c_ospeed;
};
LX_ASSERT_SIZE(struct lx_termios2, 44);
LX_ASSERT_AT(struct lx_termios2, c_iflag, 0);
LX_ASSERT_AT(struct lx_termios2, c_oflag, 4);
LX_ASSERT_AT(struct lx_termios2, c_cflag, 8);
LX_ASSERT_AT(struct lx_termios2, c_lflag, 12);
LX_ASSERT_AT(struct lx_termios2, c_line, 16);
LX_ASSERT_AT(struct lx_termios2, c_cc, 17);
LX_ASSERT_AT(struct lx_termios2, c_ispeed, 36);
LX_ASSERT_AT(struct lx_termios2, c_ospeed, 40);

#define LX_NCC 8

struct lx_termio {
	uint16_t c_iflag;
	uint16_t c_oflag;
	uint16_t c_cflag;
	uint16_t c_lflag;
	uint8_t c_line;
	uint8_t c_cc[LX_NCC];
};
LX_ASSERT_SIZE(struct lx_termio, 18);
LX_ASSERT_AT(struct lx_termio, c_iflag, 0);
LX_ASSERT_AT(struct lx_termio, c_lflag, 6);
LX_ASSERT_AT(struct lx_termio, c_line, 8);
LX_ASSERT_AT(struct lx_termio, c_cc, 9);

struct lx_winsize {
	uint16_t ws_row;
	uint16_t ws_col;
	uint16_t ws_xpixel;
	uint16_t ws_ypixel;
};
LX_ASSERT_SIZE(struct lx_winsize, 8);
LX_ASSERT_AT(struct lx_winsize, ws_row, 0);
LX_ASSERT_AT(struct lx_winsize, ws_col, 2);
LX_ASSERT_AT(struct lx_winsize, ws_xpixel, 4);
LX_ASSERT_AT(struct lx_winsize, ws_ypixel, 6);

/* c_cc */
#define LX_VINTR    0
#define LX_VQUIT    1
#define LX_VERASE   2
#define LX_VKILL    3
#define LX_VEOF     4
#define LX_VTIME    5
#define LX_VMIN     6
#define LX_VSWTC    7
#define LX_VSTART   8
#define LX_VSTOP    9
#define LX_VSUSP    10
#define LX_VEOL     11
#define LX_VREPRINT 12
#define LX_VDISCARD 13
#define LX_VWERASE  14
#define LX_VLNEXT   15
#define LX_VEOL2    16
/* A c_cc that stands for no character. */
#define LX__POSIX_VDISABLE 0
/* c_iflag */
#define LX_IGNBRK  01
#define LX_BRKINT  02
#define LX_IGNPAR  04
#define LX_PARMRK  010
#define LX_INPCK   020
#define LX_ISTRIP  040
#define LX_INLCR   0100
#define LX_IGNCR   0200
#define LX_ICRNL   0400
#define LX_IUCLC   01000
#define LX_IXON    02000
#define LX_IXANY   04000
#define LX_IXOFF   010000
#define LX_IMAXBEL 020000
#define LX_IUTF8   040000
/* c_oflag */
#define LX_OPOST  01
#define LX_OLCUC  02
#define LX_ONLCR  04
#define LX_OCRNL  010
#define LX_ONOCR  020
#define LX_ONLRET 040
#define LX_OFILL  0100
#define LX_OFDEL  0200
#define LX_NLDLY  0400
#define LX_NL0    0
#define LX_NL1    0400
#define LX_CRDLY  03000
#define LX_CR0    0
#define LX_CR1    01000
#define LX_CR2    02000
#define LX_CR3    03000
#define LX_TABDLY 014000
#define LX_TAB0   0
#define LX_TAB1   04000
#define LX_TAB2   010000
#define LX_TAB3   014000
#define LX_XTABS  014000
#define LX_BSDLY  020000
#define LX_BS0    0
#define LX_BS1    020000
#define LX_VTDLY  040000
#define LX_VT0    0
#define LX_VT1    040000
#define LX_FFDLY  0100000
#define LX_FF0    0
#define LX_FF1    0100000
/* c_cflag */
#define LX_CBAUD    010017
#define LX_B0       0
#define LX_B50      01
#define LX_B75      02
#define LX_B110     03
#define LX_B134     04
#define LX_B150     05
#define LX_B200     06
#define LX_B300     07
#define LX_B600     010
#define LX_B1200    011
#define LX_B1800    012
#define LX_B2400    013
#define LX_B4800    014
#define LX_B9600    015
#define LX_B19200   016
#define LX_B38400   017
#define LX_EXTA     016
#define LX_EXTB     017
#define LX_CSIZE    060
#define LX_CS5      0
#define LX_CS6      020
#define LX_CS7      040
#define LX_CS8      060
#define LX_CSTOPB   0100
#define LX_CREAD    0200
#define LX_PARENB   0400
#define LX_PARODD   01000
#define LX_HUPCL    02000
#define LX_CLOCAL   04000
#define LX_CBAUDEX  010000
#define LX_BOTHER   010000
#define LX_B57600   010001
#define LX_B115200  010002
#define LX_B230400  010003
#define LX_B460800  010004
#define LX_B500000  010005
#define LX_B576000  010006
#define LX_B921600  010007
#define LX_B1000000 010010
#define LX_B1152000 010011
#define LX_B1500000 010012
#define LX_B2000000 010013
#define LX_B2500000 010014
#define LX_B3000000 010015
#define LX_B3500000 010016
#define LX_B4000000 010017
#define LX_CIBAUD   02003600000
#define LX_CMSPAR   010000000000
#define LX_CRTSCTS  020000000000
#define LX_IBSHIFT  16
/* c_lflag */
#define LX_ISIG    01
#define LX_ICANON  02
#define LX_XCASE   04
#define LX_ECHO    010
#define LX_ECHOE   020
#define LX_ECHOK   040
#define LX_ECHONL  0100
#define LX_NOFLSH  0200
#define LX_TOSTOP  0400
#define LX_ECHOCTL 01000
#define LX_ECHOPRT 02000
#define LX_ECHOKE  04000
#define LX_FLUSHO  010000
#define LX_PENDIN  040000
#define LX_IEXTEN  0100000
#define LX_EXTPROC 0200000
/* TCXONC, TCFLSH, TCSETS */
#define LX_TCOOFF    0
#define LX_TCOON     1
#define LX_TCIOFF    2
#define LX_TCION     3
#define LX_TCIFLUSH  0
#define LX_TCOFLUSH  1
#define LX_TCIOFLUSH 2
#define LX_TCSANOW   0
#define LX_TCSADRAIN 1
#define LX_TCSAFLUSH 2
/* TIOCMGET */
#define LX_TIOCM_LE  0x001
#define LX_TIOCM_DTR 0x002
#define LX_TIOCM_RTS 0x004
#define LX_TIOCM_CTS 0x020
#define LX_TIOCM_CAR 0x040
#define LX_TIOCM_RNG 0x080
#define LX_TIOCM_DSR 0x100
/* Line disciplines */
#define LX_N_TTY 0

/* Files and block devices */
#define LX_FIBMAP            0x1
#define LX_FIGETBSZ          0x2
#define LX_FIFREEZE          0xc0045877
#define LX_FITHAW            0xc0045878
#define LX_FITRIM            0xc0185879
#define LX_FICLONE           0x40049409
#define LX_FICLONERANGE      0x4020940d
#define LX_FIDEDUPERANGE     0xc0189436
#define LX_FS_IOC_GETFLAGS   0x80086601
#define LX_FS_IOC_SETFLAGS   0x40086602
#define LX_FS_IOC_GETVERSION 0x80087601
#define LX_FS_IOC_SETVERSION 0x40087602
#define LX_FS_IOC_FIEMAP     0xc020660b
#define LX_FS_IOC_FSGETXATTR 0x801c581f
#define LX_FS_IOC_FSSETXATTR 0x401c5820
#define LX_FS_IOC_GETFSLABEL 0x81009431
#define LX_FS_IOC_SETFSLABEL 0x41009432
#define LX_BLKROSET          0x125d
#define LX_BLKROGET          0x125e
#define LX_BLKRRPART         0x125f
#define LX_BLKGETSIZE        0x1260
#define LX_BLKFLSBUF         0x1261
#define LX_BLKSSZGET         0x1268
#define LX_BLKBSZGET         0x80081270
#define LX_BLKGETSIZE64      0x80081272
#define LX_BLKDISCARD        0x1277
#define LX_BLKIOMIN          0x1278
#define LX_BLKIOOPT          0x1279
#define LX_BLKALIGNOFF       0x127a
#define LX_BLKPBSZGET        0x127b
#define LX_BLKZEROOUT        0x127f
#define LX_FS_SECRM_FL       0x1
#define LX_FS_UNRM_FL        0x2
#define LX_FS_COMPR_FL       0x4
#define LX_FS_SYNC_FL        0x8
#define LX_FS_IMMUTABLE_FL   0x10
#define LX_FS_APPEND_FL      0x20
#define LX_FS_NODUMP_FL      0x40
#define LX_FS_NOATIME_FL     0x80
#define LX_FS_NOCOW_FL       0x800000
#define LX_FS_PROJINHERIT_FL 0x20000000
#define LX_FS_CASEFOLD_FL    0x40000000
#define LX_FS_EXTENT_FL      0x80000
#define LX_FS_DIRSYNC_FL     0x10000
#define LX_FS_TOPDIR_FL      0x20000

/* Random devices: random(4) */
#define LX_RNDGETENTCNT   0x80045200
#define LX_RNDADDTOENTCNT 0x40045201
#define LX_RNDGETPOOL     0x80085202
#define LX_RNDADDENTROPY  0x40085203
#define LX_RNDZAPENTCNT   0x5204
#define LX_RNDCLEARPOOL   0x5206
#define LX_RNDRESEEDCRNG  0x5207

/* Namespaces: ioctl_ns(2); pidfds: ioctl_pidfd(2) */
#define LX_NS_GET_USERNS                         0xb701
#define LX_NS_GET_PARENT                         0xb702
#define LX_NS_GET_NSTYPE                         0xb703
#define LX_NS_GET_OWNER_UID                      0xb704
#define LX_PIDFD_GET_CGROUP_NAMESPACE            0xff01
#define LX_PIDFD_GET_IPC_NAMESPACE               0xff02
#define LX_PIDFD_GET_MNT_NAMESPACE               0xff03
#define LX_PIDFD_GET_NET_NAMESPACE               0xff04
#define LX_PIDFD_GET_PID_NAMESPACE               0xff05
#define LX_PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE  0xff06
#define LX_PIDFD_GET_TIME_NAMESPACE              0xff07
#define LX_PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE 0xff08
#define LX_PIDFD_GET_USER_NAMESPACE              0xff09
#define LX_PIDFD_GET_UTS_NAMESPACE               0xff0a

#endif
