/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XSAVE images of signal frames, standard format. Intel SDM 1, 13.4: 512 bytes legacy area, 64
 * bytes header, then the extended states at the offsets that CPUID leaf 0xd tells. What the guest
 * may load: exactly the features that XCR0 enables, less AMX tile data, which Linux gives only on
 * request.
 */
#include "sentry/signal/x86_64/xstate.h"

#include <cpuid.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "abi/sigframe.h"
#include "base/check.h"
#include "sentry/mm/uaccess.h"

/* What Linux masks mxcsr with when the image does not say (mxcr_mask 0). */
#define MXCSR_MASK_DEFAULT 0xffbfu
#define CPUID_OSXSAVE      (1u << 27)
#define UNKNOWN            UINT64_MAX

static uint64_t ask_features(void)
{
	uint32_t a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & CPUID_OSXSAVE))
		return 0;
	__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return ((uint64_t)d << 32 | a) & ~(uint64_t)LX_XFEATURE_MASK_XTILE_DATA;
}

/* XCR0 as the guest sees it; 0: the processor has no XSAVE. Asked once, since cpuid leaves a
 * virtual machine, which takes longer than all the rest of a signal; who asks at the same time asks
 * twice. */
static uint64_t user_features(void)
{
	static _Atomic uint64_t known = UNKNOWN;
	uint64_t features = atomic_load_explicit(&known, memory_order_relaxed);

	if (features == UNKNOWN) {
		features = ask_features();
		atomic_store_explicit(&known, features, memory_order_relaxed);
	}
	return features;
}

static bool has_header(size_t fpu_size)
{
	return fpu_size >= sizeof(struct lx_xstate);
}

size_t xstate_frame_size(size_t fpu_size)
{
	if (fpu_size < sizeof(struct lx_fpstate))
		return 0;
	return has_header(fpu_size) ? fpu_size + LX_FP_XSTATE_MAGIC2_SIZE
				    : sizeof(struct lx_fpstate);
}

void xstate_decorate(void *image, size_t fpu_size)
{
	static const uint32_t magic2 = LX_FP_XSTATE_MAGIC2;
	struct lx_fpx_sw_bytes sw = {0};

	if (has_header(fpu_size)) {
		check(fpu_size <= UINT32_MAX - LX_FP_XSTATE_MAGIC2_SIZE);
		sw.magic1 = LX_FP_XSTATE_MAGIC1;
		sw.extended_size = (uint32_t)fpu_size + LX_FP_XSTATE_MAGIC2_SIZE;
		sw.xfeatures = user_features();
		sw.xstate_size = (uint32_t)fpu_size;
		memcpy((char *)image + fpu_size, &magic2, sizeof(magic2));
	}
	memcpy((char *)image + offsetof(struct lx_fpstate, sw_reserved), &sw, sizeof(sw));
}

void xstate_fresh(void *image, size_t fpu_size)
{
	struct lx_fpstate fx = {.cwd = LX_FPU_INIT_CWD, .mxcsr = LX_MXCSR_DEFAULT};

	memset(image, 0, fpu_size);
	memcpy(image, &fx, MIN(sizeof(fx), fpu_size));
}

/* sw_reserved of a sane image: how many bytes of XSAVE stand there; 0: only FXSAVE counts. */
static size_t claimed_size(const struct lx_fpx_sw_bytes *sw, size_t fpu_size)
{
	if (sw->magic1 != LX_FP_XSTATE_MAGIC1 || sw->xstate_size < sizeof(struct lx_xstate) ||
	    sw->xstate_size > fpu_size || sw->xstate_size > sw->extended_size)
		return 0;
	return sw->xstate_size;
}

/* Does the second magic stand where the first says? 1, 0, -EFAULT. */
static int magic2_stands(struct mm *mm, uaddr_t at, size_t size)
{
	uaddr_t where;
	uint32_t magic2;
	int r;

	if (!uaddr_add_ok(at, size, &where))
		return -EFAULT;
	r = copy_in(mm, &magic2, where, sizeof(magic2));
	if (r < 0)
		return r;
	return magic2 == LX_FP_XSTATE_MAGIC2;
}

static int header_check(struct lx_xstate_header *hdr, uint64_t wanted)
{
	static const uint64_t zeroes[6];

	if (hdr->xfeatures & ~user_features())
		return -EINVAL;
	if (hdr->xcomp_bv != 0 || memcmp(hdr->reserved, zeroes, sizeof(zeroes)) != 0)
		return -EINVAL;
	hdr->xfeatures &= wanted;
	return 0;
}

static int mxcsr_check(const void *image)
{
	struct lx_fpstate fx;
	uint32_t mask;

	memcpy(&fx, image, sizeof(fx));
	mask = MXCSR_MASK_DEFAULT | 0x40; /* every x86-64 processor has DAZ */
	return fx.mxcsr & ~mask ? -EINVAL : 0;
}

int xstate_read(struct mm *mm, uaddr_t at, void *ret_image, size_t fpu_size)
{
	struct lx_fpx_sw_bytes sw;
	struct lx_xstate_header hdr = {.xfeatures = LX_XFEATURE_MASK_FP | LX_XFEATURE_MASK_SSE};
	uaddr_t sw_at;
	size_t size;
	int r;

	if (!uaddr_add_ok(at, offsetof(struct lx_fpstate, sw_reserved), &sw_at))
		return -EFAULT;
	r = copy_in(mm, &sw, sw_at, sizeof(sw));
	if (r < 0)
		return r;
	size = has_header(fpu_size) ? claimed_size(&sw, fpu_size) : 0;
	if (size > 0) {
		r = magic2_stands(mm, at, size);
		if (r < 0)
			return r;
		if (r == 0)
			size = 0;
	}

	memset(ret_image, 0, fpu_size);
	r = copy_in(mm, ret_image, at, size > 0 ? size : sizeof(struct lx_fpstate));
	if (r < 0)
		return r;
	r = mxcsr_check(ret_image);
	if (r < 0)
		return r;
	/* sw_reserved belongs to software; what it said is done with. */
	memset((char *)ret_image + offsetof(struct lx_fpstate, sw_reserved), 0, sizeof(sw));
	if (!has_header(fpu_size))
		return 0;
	if (size > 0) {
		memcpy(&hdr, (char *)ret_image + offsetof(struct lx_xstate, xstate_hdr),
		       sizeof(hdr));
		r = header_check(&hdr, sw.xfeatures);
		if (r < 0)
			return r;
	}
	memcpy((char *)ret_image + offsetof(struct lx_xstate, xstate_hdr), &hdr, sizeof(hdr));
	return 0;
}
