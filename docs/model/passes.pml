/* Two names, each bought by a pass: createFromSimulation with the number of a result. Two results
   belong to one simulation (the task); the marketplace gives one order for a result, and answers
   "not found or already used" afterwards. A gateway may repeat a request: the first one buys, and
   the answer is that of the second. Another team of the account buys results of the task too.

   An `inline` is a step of the code (steps.md). Machine n buys name n; two machines with one name,
   spools and restored ledgers are left to core.pml. */

#ifndef INTENT
#define INTENT 1             /* ticks, as in core.pml */
#endif
#ifndef WAIT
#define WAIT 1
#endif
#define LAG WAIT
#define RIPE (INTENT + WAIT)
#ifdef TWO_NAMES
#define SUBMISSIONS 1        /* of a name, at most */
#else
#define SUBMISSIONS 2
#endif

#define FREE 0               /* standings of a name: new, rejected, not sent or not placed */
#define OPEN 1
#define PLACED 2

#define NOTHING 0            /* outcomes of a submission */
#define RECEIPT 1
#define IN_DOUBT 2
#define NOT_BOUGHT 3
#define USED 4               /* "Simulation result not found or already used" */

#define NOBODY 0             /* who has bought a result: name 0 is 1, name 1 is 2 */
#define TEAM 3

#define BY_RESULT 0          /* what `simulationId` of an order is: the docs do not say */
#define BY_TASK 1
#define UNSAID 2
byte shown_by;

byte bought_by[3];           /* the marketplace: by result 1 and 2, who has its order */
byte unseen[3];              /* ticks until the account shows it */

byte spec[2];                /* the result that a name is to be bought by, in the tree */
byte standing[2], attempt[2], result[2];  /* the ledger: the last submission of a name */
byte number[2];              /* of a placed name: the result whose order it has */
bit used[2];                 /* it was answered that the result is used: absence settles nothing */
byte older[2];               /* set of the orders that are older than the intent */
byte claimed, spent;         /* sets of results: their orders are claimed; never sent again */
byte answered_used;          /* set of results: USED was recorded for them */
bit left_in_doubt[2];        /* the run that sent it has recorded so: no other outcome follows */
bit probing[2];              /* SubmissionProbed: a person asks once more */

byte looked_for[2], look_left[2], ripe_for[2];  /* as in core.pml */
byte send_left[2], ask_left[2];

#define SET(r) (1 << (r))
#define HAS(set, r) (((set) >> (r)) & 1)
#define SHOWN(r) ((bought_by[r] != NOBODY && unseen[r] == 0) << (r))
#define ACCOUNT (SHOWN(1) | SHOWN(2))
#define BOUGHT(r) ((bought_by[r] != NOBODY) << (r))
#define OURS(n, r) (bought_by[r] == (n) + 1)

/* M1: an order of a name is claimed by it, or its submission is open. A name is bought once. A
   placed name has its own order. M9: what is known to be used is not sent again by a machine. */
#define SAFE(n, r) \
  (!OURS(n, r) || (standing[n] == PLACED && number[n] == r) \
   || (standing[n] == OPEN && result[n] == r))
#define CHECK \
  assert(SAFE(0, 1) && SAFE(0, 2) && SAFE(1, 1) && SAFE(1, 2)); \
  assert(!(OURS(0, 1) && OURS(0, 2)) && !(OURS(1, 1) && OURS(1, 2))); \
  assert(standing[0] != PLACED || OURS(0, number[0])); \
  assert(standing[1] != PLACED || OURS(1, number[1]))

#ifdef MUTATION              /* a mutation has to do harm: its rule is not asserted */
#define RULE(condition) skip
#else
#define RULE(condition) assert(condition)
#endif

#define FREE_TO_EDIT(n) (standing[n] == FREE && attempt[n] < SUBMISSIONS)
#define CAN_TAKE(r) \
  (bought_by[r] == NOBODY && !(standing[0] == OPEN && result[0] == r) \
   && !(standing[1] == OPEN && result[1] == r))
#define TICKING \
  (unseen[1] || unseen[2] || look_left[0] || look_left[1] || send_left[0] || send_left[1] \
   || ask_left[0] || ask_left[1])

#define OR_KILLED if :: skip :: goto killed fi
#define BUY(n, r) bought_by[r] = (n) + 1; select(delay : 0 .. LAG); unseen[r] = delay; delay = 0

inline look_at_account(n) {
  ripe_for[n] = (look_left[n] == 0 -> looked_for[n] : 0)
}

inline orders() {
  listed = ACCOUNT
}

#define UNCLAIMED (listed & ~claimed)
#define YOUNGER(n) (UNCLAIMED & ~OLDER(n))
#ifdef MUT_EARLIER_IS_OURS
#define OLDER(n) 0
#else
#define OLDER(n) older[n]
#endif
/* By the result, an order is ours; by the task, only with satellite and start of that result. */
#ifdef MUT_TASK_IS_OURS
#define FITS(n, r) \
  (HAS(YOUNGER(n), r) && (shown_by == BY_TASK || (shown_by == BY_RESULT && result[n] == r)))
#else
#define FITS(n, r) (HAS(YOUNGER(n), r) && shown_by != UNSAID && result[n] == r)
#endif
#define BELIEVED(n) (ripe_for[n] != 0 && ripe_for[n] == attempt[n])
#ifdef MUT_USED_ABSENT
#define NEVER_BY_ABSENCE(n) 0
#else
#define NEVER_BY_ABSENCE(n) used[n]
#endif

#define CLOSED(n) used[n] = 0; probing[n] = 0; left_in_doubt[n] = 0
#define PLACE(n, r) standing[n] = PLACED; number[n] = r; claimed = claimed | SET(r); CLOSED(n)
#define LET_GO(n) standing[n] = FREE; CLOSED(n)

inline settle_placed(n, r) {
  PLACE(n, r)
}
inline settle_not_placed(n) {
  RULE(!used[n] && send_left[n] == 0 && ask_left[n] == 0);
  LET_GO(n)
}
/* A person knows satellite and start; whatever `simulationId` is. */
inline resolve_placed(n, r) {
  PLACE(n, r)
}
/* The same gate; and a result that was used is spent for ever. */
inline resolve_not_placed(n) {
  RULE(send_left[n] == 0 && ask_left[n] == 0);
#ifndef MUT_USED_NOT_SPENT
  spent = (used[n] -> spent | SET(result[n]) : spent);
#endif
  LET_GO(n)
}

inline note(n) {
  if
  :: looked_for[n] != attempt[n] -> looked_for[n] = attempt[n]; look_left[n] = RIPE
  :: else -> skip
  fi
}

inline judge(n) {
  if
  :: standing[n] != OPEN -> skip
  :: else ->
     if
     :: FITS(n, 1) -> settle_placed(n, 1)
     :: FITS(n, 2) -> settle_placed(n, 2)
     :: HAS(YOUNGER(n), 1) && result[n] == 1 -> resolve_placed(n, 1)
     :: HAS(YOUNGER(n), 2) && result[n] == 2 -> resolve_placed(n, 2)
     :: !HAS(YOUNGER(n), result[n]) && BELIEVED(n) -> resolve_not_placed(n)
     :: YOUNGER(n) == 0 && BELIEVED(n) && !NEVER_BY_ABSENCE(n) -> settle_not_placed(n)
     :: !HAS(YOUNGER(n), result[n]) && !BELIEVED(n) -> note(n)
     :: 1 -> skip
     fi
  fi;
  CHECK
}

#define OPEN_OR_PLACED(n, r) (standing[n] != FREE && result[n] == r)
#ifdef MUT_RESULT_SHARED
#define TAKEN(n) 0
#else
#define TAKEN(n) OPEN_OR_PLACED(1 - n, spec[n])   /* one result, one submission in the ledger */
#endif
#define HELD(n) (shown_by != UNSAID && HAS(UNCLAIMED, spec[n]))
#define MAY_INTEND(n) \
  (standing[n] == FREE && attempt[n] < SUBMISSIONS \
   && !HAS(spent, spec[n]) && !TAKEN(n) && !HELD(n))

inline intended(n) {
  MAY_INTEND(n) ->
  assert(!HAS(answered_used, spec[n]));
  standing[n] = OPEN;
  attempt[n]++;
  result[n] = spec[n];
  older[n] = BOUGHT(1) | BOUGHT(2);
  send_left[n] = INTENT + 1;
  CHECK
}

/* The request, and perhaps its repetition by a gateway. */
inline sending(n) {
  if
  :: send_left[n] > 0 && bought_by[result[n]] == NOBODY ->
     BUY(n, result[n]);
     if
     :: outcome = RECEIPT
     :: outcome = IN_DOUBT
     :: outcome = USED       /* the answer to the repetition */
     fi
  :: send_left[n] > 0 && bought_by[result[n]] != NOBODY -> outcome = USED
  :: outcome = IN_DOUBT      /* it never arrived */
  :: outcome = NOT_BOUGHT
  fi;
  send_left[n] = 0;
  CHECK
}

#ifdef MUT_USED_IS_REJECTED
#define ANSWER (outcome == USED -> NOT_BOUGHT : outcome)
#else
#define ANSWER outcome
#endif

inline answered() {
  outcome = ANSWER
}

#define MINE(n) (standing[n] == OPEN && attempt[n] == sent)

inline recorded(n) {
  if
  :: outcome == RECEIPT && standing[n] != PLACED && !HAS(claimed, result[n]) -> PLACE(n, result[n])
  :: outcome == NOT_BOUGHT && MINE(n) -> LET_GO(n)
  :: outcome == IN_DOUBT && MINE(n) -> left_in_doubt[n] = 1
  :: outcome == USED && MINE(n) ->
     left_in_doubt[n] = 1;
     used[n] = 1;
     answered_used = answered_used | SET(result[n])
  :: else -> skip
  fi;
  CHECK
}

proctype Machine(byte n) {
  byte listed, outcome, sent, delay;
end:
  atomic { look_at_account(n); OR_KILLED }
  atomic { orders(); OR_KILLED }
  atomic { judge(n); OR_KILLED }
  if
  :: atomic { intended(n); sent = attempt[n]; OR_KILLED }
  :: goto killed
  fi;
  atomic { sending(n); OR_KILLED }
  atomic { answered(); OR_KILLED }
  atomic { recorded(n); goto killed }
killed:
  atomic { ripe_for[n] = 0; listed = 0; outcome = 0; sent = 0; send_left[n] = 0; goto end }
}

#ifdef MUT_ASKED_UNPROBED
#define PROBE(n) skip
#else
#define PROBE(n) \
  probing[n] = 1;  /* its time is longer now: no look that began before is late enough */ \
  ripe_for[n] = 0; \
  look_left[n] = (looked_for[n] == attempt[n] -> RIPE : look_left[n])
#endif
#ifdef MUT_ASKED_BEFORE_OUTCOME
#define MAY_BE_ASKED(n) (standing[n] == OPEN)
#else
#define MAY_BE_ASKED(n) (standing[n] == OPEN && left_in_doubt[n])
#endif
#ifdef MUT_ASKED_LATE
#define MAY_ASK(n) 1
#else
#define MAY_ASK(n) (ask_left[n] > 0)
#endif

/* SubmissionProbed is durable, with an end of its own, before the same result is sent again. */
inline probed(n) {
  MAY_BE_ASKED(n) && send_left[n] == 0 && !probing[n] ->
  PROBE(n);
  ask_left[n] = INTENT + 1
}

/* A person asks once more: it succeeds, or the result is used, or the answer is lost too. */
inline ask_again(n) {
  if
  :: MAY_ASK(n) && bought_by[asked] == NOBODY -> BUY(n, asked); outcome = RECEIPT
  :: MAY_ASK(n) && bought_by[asked] == NOBODY -> BUY(n, asked); outcome = IN_DOUBT
  :: MAY_ASK(n) && bought_by[asked] != NOBODY -> outcome = USED
  :: outcome = IN_DOUBT
  fi;
  ask_left[n] = 0;
  CHECK
}

active proctype Person() {
  byte outcome, delay, sent, asked;
end:
  do
  :: atomic { FREE_TO_EDIT(0) -> spec[0] = 3 - spec[0] }   /* choose another pass */
#ifdef TWO_NAMES
  :: atomic { FREE_TO_EDIT(1) -> spec[1] = 3 - spec[1] }
#endif
#ifndef TWO_NAMES
  :: atomic { probed(0); asked = result[0]; sent = attempt[0] } goto asking
#endif
  od;
asking:
  atomic { ask_again(0); OR_KILLED }
  atomic { recorded(0) }
killed:
  atomic {
    probing[0] = 0; ask_left[0] = 0;
    outcome = 0; sent = 0; asked = 0;
    goto end
  }
}

/* Another team buys a result of the task: another one than we have intended, or before us. */
active proctype Team() {
  byte delay;
end:
  atomic {
    if
    :: CAN_TAKE(1) -> BUY(2, 1)
    :: CAN_TAKE(2) -> BUY(2, 2)
    fi
  }
}

#define TICK(left) left = (left > 0 -> left - 1 : 0)

active proctype Clock() {
end:
  do
  :: d_step {
       TICKING ->
       TICK(unseen[1]); TICK(unseen[2]);
       TICK(look_left[0]); TICK(look_left[1]);
       TICK(send_left[0]); TICK(send_left[1]);
       TICK(ask_left[0]); TICK(ask_left[1])
     }
  od
}

init {
  atomic {
    spec[0] = 1;
#ifdef TWO_NAMES
    if
    :: spec[1] = 1
    :: spec[1] = 2
    fi;
#endif
    if
    :: shown_by = BY_RESULT
    :: shown_by = BY_TASK
    :: shown_by = UNSAID
    fi;
    run Machine(0);
#ifdef TWO_NAMES
    run Machine(1)
#endif
  }
}
