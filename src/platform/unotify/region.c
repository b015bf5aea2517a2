/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The region that each stub has at and above PLAT_GUEST_TOP: one page of text, the same in all of
 * them, and shared memory of its own.
 *
 * The place is the first free one in our own process: usually PLAT_GUEST_TOP itself, which host
 * address randomisation may have given to something of ours.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "platform/refuse.h"
#include "platform/unotify/unotify_priv.h"

#define PLACES     64
#define PLACE_STEP 0x200000ULL

uint64_t region_address(const struct platform *p, const unsigned char *label)
{
	return p->base + (uint64_t)(label - unotify_stub_begin);
}

static size_t slots_len(const struct platform *p)
{
	return (size_t)p->nslots * SLOT_SIZE;
}

/* What stands beside the code in the text page. Pointers in it are the stub's, whose text is where
 * ours is now. */
struct text_data {
	struct iovec iov;
	_Alignas(8) char control[CMSG_SPACE(sizeof(int))];
	struct sock_filter guest[FILTER_MAX], agent[FILTER_MAX];
};

static uint64_t fill_filter(struct sock_filter *insns, void *where, unsigned short len)
{
	struct sock_fprog prog = {.len = len, .filter = insns};

	memcpy(where, &prog, sizeof(prog));
	return (uint64_t)len;
}

static void fill_text(const struct platform *p, unsigned char *text)
{
	size_t code = (size_t)(unotify_stub_end - unotify_stub_begin);
	struct text_data *d = (struct text_data *)(void *)(text + (code + 63) / 64 * 64);
	uint64_t slots[2] = {p->base + REGION_SLOTS, slots_len(p)};
	unsigned char *filters = text + (unotify_stub_filters - unotify_stub_begin);
	struct cmsghdr *c;
	struct msghdr msg;
	unsigned short len;
	int fd = STUB_LISTENER;

	check((code + 63) / 64 * 64 + sizeof(*d) <= STUB_PAGE);
	check(STUB_TELL_MOST <= STUB_PAGE && 2 * sizeof(struct sock_fprog) == 32);
	memcpy(text, unotify_stub_begin, code);
	d->iov = (struct iovec){text, 1};
	msg = (struct msghdr){
		.msg_iov = &d->iov,
		.msg_iovlen = 1,
		.msg_control = d->control,
		.msg_controllen = sizeof(d->control),
	};
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	memcpy(text + (unotify_stub_message - unotify_stub_begin), &msg, sizeof(msg));
	memcpy(text + (unotify_stub_slots - unotify_stub_begin), slots, sizeof(slots));
	filter_make_guest(p, d->guest, &len);
	fill_filter(d->guest, filters, len);
	filter_make_agent(d->agent, &len);
	fill_filter(d->agent, filters + sizeof(struct sock_fprog), len);
}

int region_make_text(struct platform *p, const char **ret_why)
{
	for (uint64_t i = 0; i < PLACES; i++) {
		uint64_t want = PLAT_GUEST_TOP + i * PLACE_STEP;
		void *hint = (void *)(uintptr_t)want;
		void *got = mmap(hint, REGION_SLOTS, PROT_NONE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		if (got == MAP_FAILED && errno != EEXIST)
			return plat_refuse(-errno, ret_why,
					   "mmap of the stub's text at %#llx failed",
					   (unsigned long long)want);
		if (got == MAP_FAILED)
			continue;
		p->base = want;
		p->has_text = true;
		p->nslots = (uint32_t)((HOST_TOP - want - REGION_SLOTS) / SLOT_SIZE);
		p->nslots = MIN(p->nslots, SLOTS_MAX);
		if (mprotect(got, STUB_PAGE, PROT_READ | PROT_WRITE) < 0)
			return plat_refuse(-errno, ret_why, "mprotect of the stub's text failed");
		fill_text(p, got);
		if (mprotect(got, STUB_PAGE, PROT_READ | PROT_EXEC) < 0)
			return plat_refuse(-errno, ret_why,
					   "mprotect(PROT_EXEC) of the stub's text is refused");
		return 0;
	}
	return plat_refuse(-EEXIST, ret_why, "no place for the stub's code at %#llx",
			   PLAT_GUEST_TOP);
}

void region_unmake_text(struct platform *p)
{
	if (p->has_text)
		munmap((void *)(uintptr_t)p->base, REGION_SLOTS);
	p->has_text = false;
}

int region_make_shared(struct aspace *as, int *ret_fd)
{
	size_t len = STUB_PAGE + slots_len(as->p);
	int fd = memfd_create("stub", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *map;
	int r;

	if (fd < 0)
		return -errno;
	map = MAP_FAILED;
	if (ftruncate(fd, (off_t)len) == 0)
		map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (map == MAP_FAILED) {
		r = -errno;
		close(fd);
		return r;
	}
	as->shared = map;
	as->shared_len = len;
	*ret_fd = fd;
	return 0;
}

int slot_take(struct aspace *as, uint32_t *ret)
{
	for (uint32_t i = 0; i < as->p->nslots; i++) {
		uint64_t *word = &as->used_slots[i / 64];

		if (*word == UINT64_MAX) {
			i |= 63;
		} else if (!(*word & 1ULL << i % 64)) {
			*word |= 1ULL << i % 64;
			*ret = i;
			return 0;
		}
	}
	return -EAGAIN;
}

void slot_put(struct aspace *as, uint32_t slot)
{
	check(as->used_slots[slot / 64] & 1ULL << slot % 64);
	as->used_slots[slot / 64] &= ~(1ULL << slot % 64);
}
