/** A place in a list. */
export interface Link<T> {
  readonly value: T;
  /** Undefined at an end of the list, and once removed: removed links that lead to later ones would keep those alive. */
  previous: Link<T> | undefined;
  next: Link<T> | undefined;
}

/** A doubly linked list: entries come at its end and can go from anywhere, each in constant time. */
export class LinkedList<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The oldest entry. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  /** @returns the link with which `remove` takes the entry out again. */
  push(value: T): Link<T> {
    const link = { value, previous: this.#last, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#size++;
    return link;
  }

  /** @returns whether the entry was still in the list. */
  remove(link: Link<T>): boolean {
    const { previous, next } = link;
    if (previous === undefined && link !== this.#first) return false;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    link.previous = undefined;
    link.next = undefined;
    this.#size--;
    return true;
  }

  /** Removes the oldest entry. */
  shift(): T | undefined {
    const first = this.#first;
    if (first !== undefined) this.remove(first);
    return first?.value;
  }
}
