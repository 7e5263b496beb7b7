/* The purchase of one name, by two machines that share a ledger and an account.

   An `inline` is a step of the code (steps.md), and happens at once. A run may be killed after each
   step, time may pass between any two, and a machine runs as often as it likes: only submissions
   are bounded. A submission is known by a number that is never used again, which stands for the
   SHA-256 of its SubmissionIntended line; its order at the marketplace has the same number.

   An append decides on the ledger as it is, as in the code, where a head that moved makes the run
   read and decide again. No wall clock is read anywhere: what rests on one (`until` as other runs
   see it) may only delay, and every step here may come late.

   Macros (-D) choose a configuration, and with MUTATION one rule to break; README.md lists both. */

#ifndef SUBMISSIONS
#define SUBMISSIONS 2         /* at most 3 */
#endif
#ifndef INTENT
#define INTENT 1              /* ticks after which a sender begins no request: apply.intentS */
#endif
#ifndef WAIT
#define WAIT 2                /* ticks: reconcile.waitS */
#endif
#ifdef MUT_SEEN_TOO_LATE
#define LAG (WAIT + 1)
#endif
#ifndef LAG
#define LAG WAIT              /* ticks after which an order that was sent is visible, or never */
#endif
#ifdef MUT_WAIT_WITHOUT_INTENT
#define RIPE WAIT
#else
#define RIPE (INTENT + WAIT)  /* ticks from a machine's first look until it believes absence */
#endif
#ifdef MUT_REST_WITHOUT_INTENT
#define REST WAIT
#else
#define REST (INTENT + WAIT)  /* ticks after LedgerRestored in which nothing is intended */
#endif

#if defined(MUT_SPOOL_BY_ATTEMPT) || defined(MUT_LOOK_BY_ATTEMPT)
#define ATTEMPTS              /* a submission is known by its attempt */
#endif
#ifdef MUT_NO_MARK
#define UNMARKED
#endif

#define NEW 0                 /* standings of the name */
#define OPEN 1                /* intended, or in doubt */
#define PLACED 2
#define FREE 3                /* rejected, not sent, or not placed: it may be bought again */

#define NOTHING 0             /* outcomes of a submission */
#define RECEIPT 1
#define IN_DOUBT 2
#define NOT_BOUGHT 3          /* a rejection, or not sent */

typedef Ledger {
  byte standing;
  byte intent;                /* the last submission */
  byte intents;               /* set of the submissions in the chain */
  byte claimed;               /* set of the order numbers in the chain */
  byte number;                /* of the placed name */
  byte content;               /* of the placed name: the submission that says what was bought */
  bit restored;               /* LedgerRestored is in the chain */
#ifdef ATTEMPTS
  byte attempt;
#endif
}
Ledger ledger;
byte next = 1;                /* the next submission */

bit made[4];                  /* the marketplace's orders; number 0 is somebody else's */
byte unseen[4];               /* ticks until the account shows it */

byte kept[2], kept_of[2];     /* the spool's file of process i: an outcome, and its submission */
byte looked_for[2];           /* a machine's first look: the submission, */
byte look_left[2];            /* and the ticks until its absence may be believed */
byte mine[2], send_left[2];   /* the submission that a run may send, and for how many ticks */

#ifdef ONE_MACHINE            /* two runs at once share a spool and looks */
#define ON(m) 0
#else
#define ON(m) m
#endif

#define SET(k) (1 << (k))
#define HAS(set, k) (((set) >> (k)) & 1)
#define SHOWN(k) ((made[k] && unseen[k] == 0) << (k))
#define ACCOUNT (SHOWN(1) | SHOWN(2) | SHOWN(3))
#define OPEN_FOR(k) (ledger.standing == OPEN && ledger.intent == (k))

#ifdef ATTEMPTS
byte attempt[4];
#endif
#ifdef MUT_SPOOL_BY_ATTEMPT
#define KEPT_IS_OPEN(f) (ledger.standing == OPEN && attempt[kept_of[f]] == ledger.attempt)
#define KEPT_IN_CHAIN(f) (attempt[kept_of[f]] <= ledger.attempt)
#else
#define KEPT_IS_OPEN(f) OPEN_FOR(kept_of[f])
#define KEPT_IN_CHAIN(f) HAS(ledger.intents, kept_of[f])
#endif
#ifdef MUT_LOOK_BY_ATTEMPT
#define LOOKED_FOR(looked, k) (looked != 0 && attempt[looked] == attempt[k])
#else
#define LOOKED_FOR(looked, k) (looked == (k))
#endif

#ifdef CORRECT                /* a person errs, and corrects it */
byte forgiven;                /* set of the submissions that a person settled wrongly */
byte unchecked;               /* how often a person said "not placed" without a look */
#define MAY_BE_BOUGHT (1 + unchecked)
#define FORGIVEN(k) HAS(forgiven, k)
#define FORGIVE_NO_MORE(k) forgiven = forgiven & ~SET(k)
#else
#define MAY_BE_BOUGHT 1
#define FORGIVE_NO_MORE(k) skip
#ifdef RESTORE
#define FORGIVEN(k) !HAS(ledger.intents, k)  /* its intent is lost; it is not bought again */
#else
#define FORGIVEN(k) 0
#endif
#endif

/* M1: every order of ours is claimed, or its submission is open. Nothing is bought twice.
   M5: a placed name has the content of the submission whose number it has. */
#define SAFE(k) (!made[k] || HAS(ledger.claimed, k) || OPEN_FOR(k) || FORGIVEN(k))
#define CONTENT_FITS \
  (ledger.standing != PLACED || ledger.content == ledger.number \
   || !HAS(ledger.intents, ledger.number))
#define CHECK \
  assert(SAFE(1) && SAFE(2) && SAFE(3)); \
  assert(made[1] + made[2] + made[3] <= MAY_BE_BOUGHT); \
  assert(CONTENT_FITS)

/* A mutation has to do harm: there only CHECK is asserted, and not the rule that it breaks. */
#ifdef MUTATION
#define RULE(condition) skip
#else
#define RULE(condition) assert(condition)
#endif

#define OR_STOPPED(m) if :: CHAIN_HOLDS(m) :: else -> goto killed fi
#ifdef LIVE                   /* M12: one machine looks for ever, and is killed twice at most */
byte kills = 2;
#define OR_KILLED if :: skip :: kills > 0 -> kills--; goto killed fi
ltl settled { [] (ledger.standing == OPEN -> <> (ledger.standing != OPEN)) }
#else
#define OR_KILLED if :: skip :: goto killed fi
#endif

#ifdef RESTORE
Ledger backup;
bit went_back;
bit running[2], cut_off[2];   /* a run is under way; its head went with the restore */
byte rest_left;               /* ticks of the rest after LedgerRestored that are left */
#define CHAIN_HOLDS(m) (!cut_off[m])
#define RESTED (rest_left == 0)
#ifdef UNMARKED               /* no machine has noted a head: none stops (7) */
#define MAY_RUN 1
#define NOBODY_RUNS (!running[0] && !running[1])
#else                         /* with a noted head it stops (7), without one nobody starts it */
#define MAY_RUN (!went_back || ledger.restored)
#define NOBODY_RUNS 1
#endif
#else
#define CHAIN_HOLDS(m) 1
#define MAY_RUN 1
#endif

#ifdef MUT_CONTENT_OF_LAST
#define CONTENT_OF(its) ledger.intent
#else
#define CONTENT_OF(its) its
#endif

/* Number k is a fact. It closes its submission if that is the open one. */
#define CLAIM(k, its) \
  ledger.claimed = ledger.claimed | SET(k); \
  FORGIVE_NO_MORE(k); \
  if \
  :: ledger.standing == PLACED || (ledger.standing == OPEN && ledger.intent != its) -> skip \
  :: else -> \
     ledger.standing = PLACED; ledger.number = k; ledger.content = CONTENT_OF(its) \
  fi

/* A submission that bought nothing frees the name, unless an earlier one bought it after all. */
#define PLACED_AS(k) ledger.standing = PLACED; ledger.number = k; ledger.content = k
#define LET_GO \
  if \
  :: HAS(ledger.claimed, 1) -> PLACED_AS(1) \
  :: !HAS(ledger.claimed, 1) && HAS(ledger.claimed, 2) -> PLACED_AS(2) \
  :: (ledger.claimed & (SET(1) | SET(2))) == 0 && HAS(ledger.claimed, 3) -> PLACED_AS(3) \
  :: else -> ledger.standing = FREE \
  fi

#define RECORD(outcome, k) \
  if \
  :: outcome == RECEIPT && RECEIPT_COUNTS(k) -> CLAIM(k, k) \
  :: outcome == NOT_BOUGHT && OPEN_FOR(k) -> LET_GO \
  :: else -> skip  /* in doubt; or a late word about a submission that is over */ \
  fi

#ifdef MUT_LATE_RECEIPT_DROPPED
#define RECEIPT_COUNTS(k) OPEN_FOR(k)
#else
#define RECEIPT_COUNTS(k) 1
#endif

/* Outcomes of earlier runs, which only the spool has, go to the ledger. */
inline replay(m, f) {
  if
  :: kept[f] == NOTHING -> skip
  :: kept[f] == NOT_BOUGHT && !KEPT_IN_CHAIN(f) -> skip
  :: kept[f] != NOTHING && kept[f] != NOT_BOUGHT && !KEPT_IN_CHAIN(f) ->
     if
     :: ledger.restored -> skip  /* it was listed when the ledger was accepted */
     :: else -> goto killed      /* 7: the ledger is an older copy */
     fi
  :: kept[f] == NOT_BOUGHT && KEPT_IN_CHAIN(f) && KEPT_IS_OPEN(f) ->
     RULE(OPEN_FOR(kept_of[f])); /* M2 */
     LET_GO
  :: else -> RECORD(kept[f], kept_of[f])
  fi;
  assert(kept[f] != RECEIPT || HAS(ledger.claimed, kept_of[f]) || ledger.restored);
  CHECK;
  OR_KILLED;
  kept[f] = NOTHING; kept_of[f] = 0
}

#define RIPE_FOR(m) (look_left[ON(m)] == 0 -> looked_for[ON(m)] : 0)

/* A look at the account begins: the clocks are read before page 1 is asked for. */
inline look_at_account(m) {
  ripe_for = RIPE_FOR(m);
#ifdef RESTORE
  rested = RESTED
#endif
}

/* The whole account, as it is at one moment. A look that fails ends the run. */
inline orders(m) {
#ifdef MUT_FIRST_LOOK_EARLY
  aged[m] = 0;
#endif
  if
  :: listed = ACCOUNT
#ifdef MUT_NO_WITNESS
  :: listed = 0         /* of another user's account: none of our placed orders is in it */
#endif
  fi
}

#define UNCLAIMED (listed & ~ledger.claimed)
#define FITTING (UNCLAIMED & ~(SET(ledger.intent) - 1))  /* created since the intent */
#ifdef LIVE
#define STAYS_IN_DOUBT 0
#else
#define STAYS_IN_DOUBT (UNCLAIMED != 0)
#endif
#ifdef MUT_OLDER_RESOLVED
#define NAMEABLE(k) HAS(UNCLAIMED, k)
#else
#define NAMEABLE(k) (HAS(FITTING, k) && (FITTING == SET(k) || ledger.intent == k))
#endif
#ifdef MUT_OLDER_IGNORED
#define NOTHING_ALIKE 1
#else
#define NOTHING_ALIKE (UNCLAIMED == 0)
#endif
#ifdef MUT_AT_ONCE
#define BELIEVED 1
#else
#define BELIEVED LOOKED_FOR(ripe_for, ledger.intent)
#endif
#ifdef MUT_NO_GATE
#define PASSES_GATE 1
#else
#define PASSES_GATE LOOKED_FOR(ripe_for, ledger.intent)
#endif

#define CANNOT_BE_SENT(k) \
  ((mine[0] != (k) || send_left[0] == 0) && (mine[1] != (k) || send_left[1] == 0))

/* Reconcile settles: as placed with number k, or as not placed. */
inline settle_placed(k) {
  CLAIM(k, ledger.intent)
}
inline settle_not_placed() {
  RULE(CANNOT_BE_SENT(ledger.intent));  /* M3 */
  LET_GO
}

/* A person settles: by a number that is shown, or as not placed behind the same gate. */
inline resolve_placed(k) {
  CLAIM(k, ledger.intent)
}
inline resolve_not_placed() {
  RULE(CANNOT_BE_SENT(ledger.intent));
  LET_GO
}

#ifdef MUT_FIRST_LOOK_EARLY   /* counted from the end of the listing: the intent may be younger */
byte aged[2];
#define FIRST_LOOK(m) (aged[m] < RIPE -> RIPE - aged[m] : 0)
#else
#define FIRST_LOOK(m) RIPE
#endif
#ifdef MUT_WAIT_BEGINS_ANEW
#define LOOK_IS_NEW 1
#else
#define LOOK_IS_NEW 0
#endif

/* The first look for this submission is noted, with the time until absence is believed. */
inline note(m) {
  if
  :: !LOOKED_FOR(looked_for[ON(m)], ledger.intent) || LOOK_IS_NEW ->
     looked_for[ON(m)] = ledger.intent;
     look_left[ON(m)] = FIRST_LOOK(m)
  :: else -> skip
  fi
}

/* What the look says of a submission that is open now. */
inline judge(m) {
  OR_STOPPED(m);
#ifdef MUT_LATE_CLOCK
  ripe_for = RIPE_FOR(m);
#endif
  if
  :: ledger.standing != OPEN -> skip
  :: else ->
     if
     :: FITTING == SET(1) -> settle_placed(1)
     :: FITTING == SET(2) -> settle_placed(2)
     :: FITTING == SET(3) -> settle_placed(3)
     :: NAMEABLE(1) -> resolve_placed(1)
     :: NAMEABLE(2) -> resolve_placed(2)
     :: NAMEABLE(3) -> resolve_placed(3)
     :: STAYS_IN_DOUBT -> skip                /* several, or one that seems older */
     :: NOTHING_ALIKE && BELIEVED -> settle_not_placed()
     :: NOTHING_ALIKE && !BELIEVED -> note(m)
     :: NOTHING_ALIKE && PASSES_GATE -> resolve_not_placed()
     fi
  fi;
  CHECK
}

#ifdef MUT_NO_CAS
#define MAY_BUY free
#else
#define MAY_BUY (ledger.standing == NEW || ledger.standing == FREE)
#endif
#ifdef MUT_NO_HOLD
#define UNHELD 1
#else
#define UNHELD (UNCLAIMED == 0)
#endif
#ifndef RESTORE
#define MAY_INTEND 1
#elif defined(MUT_REST_JUDGED_LATE)
#define MAY_INTEND RESTED
#else
#define MAY_INTEND rested     /* the look began when the rest was over */
#endif

/* SubmissionIntended is durable. The look showed nothing like it, and began after a rest. */
inline intended(m) {
  MAY_BUY && UNHELD && MAY_INTEND && CHAIN_HOLDS(m) && next <= SUBMISSIONS ->
  if
  :: ledger.standing = OPEN;
     ledger.intent = next;
     ledger.intents = ledger.intents | SET(next);
#ifdef ATTEMPTS
     ledger.attempt++;
     attempt[next] = ledger.attempt
#endif
#ifdef MUT_SENT_WITHOUT_INTENT
  :: skip               /* the store did not answer, and the append did not land */
#endif
  fi;
  mine[m] = next;
  send_left[m] = INTENT + 1;
  next++;
  CHECK
}

/* The store did not answer to the intent: nothing is sent, and what landed is closed so. */
inline disown(m) {
  OR_STOPPED(m);
  RECORD(NOT_BOUGHT, mine[m]);
  CHECK
}

#ifdef MUT_NO_DEADLINE
#define IN_TIME(m) 1
#else
#define IN_TIME(m) (send_left[m] > 0)
#endif

/* The request leaves, once, if the sender's own time is not over; it buys, or it does not. */
inline sending(m) {
  if
  :: IN_TIME(m) ->
     assert(!made[mine[m]]);
     made[mine[m]] = 1;
     select(delay : 0 .. LAG);
     unseen[mine[m]] = delay;
     delay = 0
  :: 1 -> skip
  fi;
  send_left[m] = 0;
  CHECK
}

/* The answer: whole, or lost; a rejection only where nothing was bought. */
inline answered(m) {
  if
  :: made[mine[m]] -> outcome = RECEIPT
  :: outcome = IN_DOUBT
  :: !made[mine[m]] -> outcome = NOT_BOUGHT
#ifdef MUT_LOST_IS_REJECTED
  :: outcome = NOT_BOUGHT
#endif
  fi
}

/* The outcome is on this machine's disk, unless that is full. */
inline spooled(m) {
  if
  :: kept[m] = outcome; kept_of[m] = mine[m]
  :: skip
  fi
}

/* The outcome is in the ledger; where the chain is another one, it stays in the spool (7). */
inline recorded(m) {
  OR_STOPPED(m);
  RECORD(outcome, mine[m]);
  assert(outcome != RECEIPT || HAS(ledger.claimed, mine[m]));
  CHECK
}

/* What is in the ledger leaves the spool. */
inline forget(m) {
  kept[m] = NOTHING; kept_of[m] = 0
}

#ifdef MUT_LOOK_OF_ANOTHER_BOOT
#define LOOKS_LOST(m) look_left[m] = 0  /* on the new clock the old look seems long ago */
#else
#define LOOKS_LOST(m) looked_for[m] = 0; look_left[m] = 0
#endif

proctype Machine(byte i) {
  byte ripe_for, listed, outcome, delay;
#ifdef RESTORE
  bit rested;
#endif
#ifdef MUT_NO_CAS
  bit free;
#endif
end:
  if
  :: atomic {
       MAY_RUN;
#ifdef RESTORE
       running[i] = 1;
#endif
       replay(i, i);
#ifdef ONE_MACHINE
       replay(i, 1 - i);
#endif
     }
#ifndef LIVE
  :: atomic { kept[i] = NOTHING; kept_of[i] = 0; LOOKS_LOST(ON(i)) } goto end  /* a new disk */
  :: atomic { LOOKS_LOST(ON(i)) } goto end                                     /* a new boot */
#endif
  fi;
  atomic { look_at_account(i); OR_KILLED }
  atomic { orders(i); OR_KILLED }
  atomic {
    judge(i);
#ifdef MUT_NO_CAS
    free = (ledger.standing == NEW || ledger.standing == FREE);
#endif
    OR_KILLED
  }
  if
  :: atomic { intended(i); if :: skip :: goto killed :: goto unsure fi }
  :: goto killed
#ifdef MUT_SENT_AGAIN
  :: atomic { ledger.standing == OPEN -> mine[i] = ledger.intent; send_left[i] = 1 }
#endif
  fi;
  atomic { sending(i); OR_KILLED }
  atomic { answered(i); OR_KILLED }
  atomic { spooled(i); OR_KILLED }
  atomic { recorded(i); OR_KILLED }
  atomic { forget(i); goto killed }
unsure:
  atomic { disown(i); goto killed }
killed:
  atomic {
    ripe_for = 0; listed = 0; outcome = 0;
    mine[i] = 0; send_left[i] = 0;
#ifdef RESTORE
    rested = 0; running[i] = 0; cut_off[i] = 0;
#endif
#ifdef MUT_NO_CAS
    free = 0;
#endif
    goto end
  }
}

#define TICK(left) left = (left > 0 -> left - 1 : 0)
#ifdef RESTORE
#define RESTING (rest_left > 0)
#else
#define RESTING 0
#endif
#define AGE(m) aged[m] = (aged[m] < RIPE -> aged[m] + 1 : RIPE)
#define TICKING \
  (unseen[1] || unseen[2] || unseen[3] || look_left[0] || look_left[1] \
   || send_left[0] || send_left[1] || RESTING)

active proctype Clock() {
end:
  do
  :: d_step {
       TICKING ->
       TICK(unseen[1]); TICK(unseen[2]); TICK(unseen[3]);
       TICK(look_left[0]); TICK(look_left[1]);
       TICK(send_left[0]); TICK(send_left[1]);
#ifdef MUT_FIRST_LOOK_EARLY
       AGE(0); AGE(1);
#endif
#ifdef RESTORE
       TICK(rest_left);
#endif
     }
  od
}

#ifdef RESTORE
#define COPY(to, from) \
  to.standing = from.standing; to.intent = from.intent; to.intents = from.intents; \
  to.claimed = from.claimed; to.number = from.number; to.content = from.content; \
  COPY_ATTEMPT(to, from)
#ifdef ATTEMPTS
#define COPY_ATTEMPT(to, from) to.attempt = from.attempt
#else
#define COPY_ATTEMPT(to, from) skip
#endif

/* A person verified the chain, and LedgerRestored names what was lost, so that all may go on. */
inline accept_older() {
  ledger.restored = 1;
  rest_left = REST
}

/* A backup of the ledger comes back. */
active proctype Store() {
end_before:
  d_step { COPY(backup, ledger) }
end_saved:
  d_step {
    NOBODY_RUNS ->
    went_back = 1;
    COPY(ledger, backup);
    cut_off[0] = running[0]; cut_off[1] = running[1]
  }
end_gone:
  d_step { accept_older() }
}
#endif

#ifdef CORRECT
#ifdef MUT_CORRECT_FREES
#define BACK_TO_DOUBT LET_GO
#else
#define BACK_TO_DOUBT ledger.standing = OPEN    /* M10 */
#endif
#ifdef MUT_REOPEN_LAST
#define REOPENED(its) ledger.intent
#else
#define REOPENED(its) its                       /* the submission whose number it was */
#endif
#ifdef MUT_CORRECT_WHILE_OPEN                   /* and the later submission is forgotten */
#define MAY_REOPEN (ledger.standing == PLACED || ledger.standing == OPEN)
#else
#define MAY_REOPEN (ledger.standing == PLACED)
#endif

#define REOPEN(k, its) \
  forgiven = forgiven & ~SET(its); \
  ledger.intent = REOPENED(its); \
  ledger.claimed = ledger.claimed & ~SET(k); \
  ledger.number = 0; \
  ledger.content = 0; \
  BACK_TO_DOUBT

#define WAS_BOUGHT(k) (HAS(forgiven, k) && HAS(ACCOUNT & ~ledger.claimed, k))

/* What was settled as placed is in doubt again; what was not placed has number k after all. */
inline correct() {
  if
  :: MAY_REOPEN && HAS(ledger.claimed, 0) && ledger.number == 0 -> REOPEN(0, ledger.content)
  :: MAY_REOPEN && HAS(ledger.claimed, 1) && forgiven == 0 -> REOPEN(1, 1)
  :: MAY_REOPEN && HAS(ledger.claimed, 2) && forgiven == 0 -> REOPEN(2, 2)
  :: MAY_REOPEN && HAS(ledger.claimed, 3) && forgiven == 0 -> REOPEN(3, 3)
  :: WAS_BOUGHT(1) -> CLAIM(1, 1)
  :: WAS_BOUGHT(2) -> CLAIM(2, 2)
  :: WAS_BOUGHT(3) -> CLAIM(3, 3)
  fi;
  CHECK
}

/* Settles wrongly, with --unchecked, and corrects it: errs about one submission at a time. */
active proctype Person() {
end:
  do
  :: atomic {
       ledger.standing == OPEN && CANNOT_BE_SENT(ledger.intent) && forgiven == 0 ->
       forgiven = forgiven | SET(ledger.intent);
       if
       :: resolve_placed(0)
       :: unchecked == 0 -> unchecked = 1; resolve_not_placed()
       fi;
       CHECK
     }
  :: atomic { correct() }
  od
}
#endif

init {
  atomic {
    run Machine(0);
#ifndef LIVE
    run Machine(1)
#endif
  }
}
