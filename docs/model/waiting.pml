/* Two runs of apply that want the same two names, each waiting for what the other is placing, and
   an order of somebody else in the account that is like one of ours.

   An `inline` is a step of the code (steps.md). Runs follow each other without end on both sides; a
   run may be killed after each step, and then leaves what it intended open. Whether an order was
   bought is left to core.pml: here a submission just ends as placed, as not bought, or in doubt. */

#ifndef INTENT
#define INTENT 2       /* ticks: the length of a submission's time, `until` minus its intent */
#endif

#define FREE 0         /* standings of a name: new, rejected, not sent or not placed */
#define OPEN 1         /* being placed */
#define DOUBT 2
#define PLACED 3
byte standing[2];
byte by[2];            /* the run that is placing it: 1 or 2; 0 where that run is over */

#define NOT_THERE 0    /* the order of somebody else that is like one of ours */
#define FOREIGN 1      /* in the account, and of no name */
#define RELEASED 2     /* adopted, or called foreign by a person */
byte account;
bit is_like;           /* the name that it really is like */
bit intended_since;    /* something was intended since it appeared */

byte flying[2], answer_placed[2], answer_free[2], answer_doubt[2];  /* sets of names, by run */
byte wanted[2];        /* set of the names that a run waits for */
byte wait_left[2];     /* how long yet, on its own clock */
byte waited[2];        /* how long it has waited */
bit waiting[2];

#define NAMES 3        /* the set of both */
#define SET(n) (1 << (n))
#define HAS(set, n) (((set) >> (n)) & 1)
#define IS(n, what) ((standing[n] == (what)) << (n))
#define ALL(what) (IS(0, what) | IS(1, what))
#define OTHERS(n) ((standing[n] == OPEN && by[n] != i + 1) << (n))
#define PLACING (OTHERS(0) | OTHERS(1))
#define ANSWERED (answer_placed[i] | answer_free[i] | answer_doubt[i])

#ifdef ALIKE           /* both names read back alike, so the order holds both */
#define LIKE NAMES
#else
#define LIKE SET(is_like)
#endif
#if defined(MUT_HOLD_FIRST)
#define HOLDS (account == FOREIGN -> SET(0) : 0)
#elif defined(MUT_HOLD_SINCE_INTENT)
#define HOLDS (account == FOREIGN && !intended_since -> LIKE : 0)
#else
#define HOLDS (account == FOREIGN -> LIKE : 0)
#endif

#ifdef MUTATION        /* a mutation has to do harm: its rule is not asserted */
#define RULE(condition) skip
#else
#define RULE(condition) assert(condition)
#endif

#define OR_KILLED if :: skip :: goto killed fi

inline begin() {
  queue = ALL(FREE)
}

/* The look at the account holds back what it shows, until a person releases it. */
inline held_by_account() {
  seen = (account == FOREIGN);
  held = HOLDS;
  queue = queue & ~held
}

#define INTEND(n) \
  if \
  :: HAS(batch, n) -> \
     assert(!HAS(bought, n));                                      /* M6: once in a run */ \
     assert(!(seen && account == FOREIGN && is_like == n));        /* M4 */ \
     standing[n] = OPEN; by[n] = i + 1; \
     flying[i] = flying[i] | SET(n); \
     bought = bought | SET(n); \
     NEW_INTENT(n) \
  :: else -> skip \
  fi

#ifdef MUT_WAIT_SET_GROWS
#define NEW_INTENT(n) \
  if :: waiting[1 - i] -> wanted[1 - i] = wanted[1 - i] | SET(n); wait_left[1 - i] = INTENT \
     :: else -> skip \
  fi
#else
#define NEW_INTENT(n) skip
#endif

/* One append intends some of the names that are still free; those that are not leave the queue. */
inline intended() {
  queue != 0 ->
  queue = queue & ALL(FREE);
  if
  :: batch = queue
  :: batch = queue & SET(0)
  :: batch = queue & SET(1)
  fi;
  queue = queue & ~batch;
  intended_since = (intended_since || (account == FOREIGN && batch != 0));
  INTEND(0);
  INTEND(1);
  batch = 0
}

#define ANSWER(n) \
  HAS(flying[i], n) -> \
  flying[i] = flying[i] & ~SET(n); \
  if \
  :: answer_placed[i] = answer_placed[i] | SET(n) \
  :: answer_free[i] = answer_free[i] | SET(n) \
  :: answer_doubt[i] = answer_doubt[i] | SET(n) \
  fi

inline answered() {
  if
  :: ANSWER(0)
  :: ANSWER(1)
  fi
}

/* A closed submission is no longer waited for. */
#define CLOSE(n, what) \
  standing[n] = what; by[n] = 0; \
  wanted[0] = wanted[0] & ~SET(n); wanted[1] = wanted[1] & ~SET(n)

#define RECORD(n) \
  if \
  :: HAS(answer_placed[i], n) -> CLOSE(n, PLACED) \
  :: HAS(answer_free[i], n) && by[n] == i + 1 -> CLOSE(n, FREE) \
  :: HAS(answer_doubt[i], n) && by[n] == i + 1 -> CLOSE(n, DOUBT) \
  :: else -> skip \
  fi

inline recorded() {
  ANSWERED != 0 ->
  failed = failed | answer_free[i] | answer_doubt[i];
  RECORD(0);
  RECORD(1);
  answer_placed[i] = 0; answer_free[i] = 0; answer_doubt[i] = 0
}

#ifdef MUT_WAIT_BY_WALL       /* to the sender's `until`, by a clock that is behind it */
#define WAIT_TIME (INTENT + 2)
#else
#define WAIT_TIME INTENT
#endif

/* What others are placing now is waited for, and nothing that they intend later. */
inline await_others() {
  RULE(ANSWERED == 0 && flying[i] == 0);
  wanted[i] = PLACING;
  waiting[i] = 1;
  if
  :: wait_left[i] = WAIT_TIME
  :: wait_left[i] = 0         /* by a wall clock that is ahead, its time is over at once */
  fi
}

#ifdef MUT_WAIT_FOR_EVER
#define TIME_IS_OVER 0
#else
#define TIME_IS_OVER (wait_left[i] == 0)
#endif

/* In vain where the other one waits too, with the outcome in its hands. */
#define IN_VAIN(n) \
  (HAS(wanted[i], n) && waiting[1 - i] && by[n] == 2 - i \
   && HAS(answer_placed[1 - i] | answer_free[1 - i], n) && wait_left[1 - i] > 0)

inline wait_for_others() {
  if
  :: wanted[i] == 0
  :: wanted[i] != 0 && TIME_IS_OVER -> assert(!IN_VAIN(0) && !IN_VAIN(1))
  fi;
  wanted[i] = 0; waiting[i] = 0; wait_left[i] = 0; waited[i] = 0
}

#define SETTLE(n) \
  if \
  :: (standing[n] == DOUBT || (standing[n] == OPEN && by[n] == 0)) -> \
     if :: CLOSE(n, PLACED) :: CLOSE(n, FREE) fi \
  :: 1 -> skip \
  fi

/* One look settles what it can of what is left in doubt. */
inline look_after_waiting() {
  SETTLE(0);
  SETTLE(1)
}

#if defined(MUT_DONE_BY_OWN)
#define DONE (failed == 0)                      /* the run's own orders are placed */
#elif defined(MUT_FREED_IS_DONE)
#define DONE (failed == 0 && (ALL(OPEN) | ALL(DOUBT)) == 0)
#else
#define DONE (ALL(PLACED) == NAMES)
#endif

/* M11: done is said only where everything is placed, by the ledger as it was read last. */
inline exit_codes() {
  if
  :: DONE -> assert(ALL(PLACED) == NAMES)
  :: else -> skip
  fi
}
proctype Run(byte i) {
  byte queue, held, batch, bought, failed;
  bit seen;
end:
  atomic { begin(); OR_KILLED }
  atomic { held_by_account(); failed = held; OR_KILLED }
submit:
  do
  :: atomic { intended(); OR_KILLED }
  :: atomic { answered(); OR_KILLED }
#ifdef MUT_WAIT_BEFORE_RECORDED
  :: queue == 0 && flying[i] == 0 -> break
#else
  :: atomic { recorded(); OR_KILLED }
  :: queue == 0 && flying[i] == 0 && ANSWERED == 0 -> break
#endif
  od;
  atomic { await_others(); OR_KILLED }
  atomic { wait_for_others() }
#ifdef MUT_WAIT_BEFORE_RECORDED
  if
  :: atomic { recorded() }
  :: ANSWERED == 0
  fi;
#endif
  atomic { look_after_waiting(); OR_KILLED }
#ifdef MUT_BUYS_AFTER_WAITING
  if
  :: atomic { (ALL(FREE) & ~held) != 0 -> queue = ALL(FREE) & ~held } goto submit
  :: (ALL(FREE) & ~held) == 0
  fi;
#endif
  atomic { exit_codes() }
killed:
  atomic {
    by[0] = (by[0] == i + 1 -> 0 : by[0]);
    by[1] = (by[1] == i + 1 -> 0 : by[1]);
    flying[i] = 0; answer_placed[i] = 0; answer_free[i] = 0; answer_doubt[i] = 0;
    wanted[i] = 0; waiting[i] = 0; wait_left[i] = 0; waited[i] = 0;
    queue = 0; held = 0; batch = 0; bought = 0; failed = 0; seen = 0;
    goto end
  }
}

#define WAITS(m) \
  if \
  :: wait_left[m] > 0 -> \
     wait_left[m]--; waited[m]++; \
     assert(waited[m] <= INTENT)                                   /* M7 */ \
  :: else -> skip \
  fi

active proctype Clock() {
end:
  do
  :: atomic { wait_left[0] > 0 || wait_left[1] > 0 -> WAITS(0); WAITS(1) }
  od
}

/* A person records the order of the account under the name that it is like. */
inline adopt(n) {
  account = RELEASED;
  CLOSE(n, PLACED)
}
/* A person calls it none of ours. */
inline note_foreign() {
  account = RELEASED
}

/* Somebody else's order appears; a person releases what it holds. */
active proctype Account() {
end:
  atomic {
    account = FOREIGN;
    if
    :: is_like = 0
    :: is_like = 1
    fi
  }
end_there:
  if
  :: atomic { is_like == 0 && standing[0] == FREE -> adopt(0) }
  :: atomic { is_like == 1 && standing[1] == FREE -> adopt(1) }
  :: atomic { note_foreign() }
  fi
}

init {
  atomic { run Run(0); run Run(1) }
}
