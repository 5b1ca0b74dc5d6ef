/** The DuckDB library that the bindings have loaded, for functions that they do not bind or bind with a copy. */
import { createRequire } from 'node:module';
import { inspect } from 'node:util';

export interface NativeLibrary {
  /** A function by its C prototype. */
  load(prototype: string): NativeFunction;
  /** A function that takes structs by value. */
  loadTyped(name: string, answer: string, parameters: readonly NativeStruct[]): NativeFunction;
  /** The struct at an address, as an object that a function of {@link loadTyped} takes. */
  readStruct(address: number | Buffer, struct: NativeStruct): unknown;
  /** Where the object is that an External of the bindings stands for; undefined where that cannot be told. */
  wrappedAddress(external: object): number | undefined;
  /** The same of an object that can be destroyed before its External is, such as a prepared statement. */
  heldAddress(external: object): number | undefined;
}

/** Members of a struct by name, in their order, with their C types. */
export type NativeStruct = Readonly<Record<string, string>>;

/** A function of a library, called here or in a thread of libuv's pool. */
export interface NativeFunction {
  (...args: readonly unknown[]): unknown;
  /** The last argument is called with an error or the answer. */
  async(...args: readonly unknown[]): void;
}

/** What is needed of koffi. */
export interface Koffi {
  view(address: bigint | number, length: number): ArrayBuffer;
  address(value: unknown): bigint;
  decode(address: number | Buffer, offset: number, type: string | KoffiType): unknown;
  struct(members: NativeStruct): KoffiType;
  load(path: string): {
    func(prototype: string): NativeFunction;
    func(name: string, answer: string, parameters: readonly KoffiType[]): NativeFunction;
  };
}

interface KoffiType {
  readonly __koffiType: never;
}

/** The one version whose wrapper layout is known (pinned in package.json): a pointer lies 8 bytes in. */
const KNOWN_BINDINGS = '1.5.6-r.1';
const POINTER_OFFSET = 8;
const LIBRARY_NAMES = ['libduckdb.so', 'libduckdb.dylib', 'duckdb.dll'];

/** Undefined where the library is not found or the bindings are of another version than is known. */
export function openNativeLibrary(koffi: Koffi, require: NodeJS.Require): NativeLibrary | undefined {
  if (require('@duckdb/node-bindings/package.json').version !== KNOWN_BINDINGS) return undefined;
  const folder = `@duckdb/node-bindings-${process.platform}-${process.arch}`;
  const { resolve } = createRequire(require.resolve('@duckdb/node-bindings/package.json'));
  for (const name of LIBRARY_NAMES) {
    try {
      const library = koffi.load(resolve(`${folder}/${name}`));
      const pointerAt = (address: number, offset: number): number | undefined => {
        const pointer = koffi.decode(address, offset, 'uintptr_t');
        return typeof pointer === 'number' && pointer !== 0 ? pointer : undefined;
      };
      const wrappedAddress = (external: object): number | undefined => {
        const wrapper = EXTERNAL.exec(inspect(external))?.[1];
        return wrapper === undefined ? undefined : pointerAt(Number.parseInt(wrapper, 16), POINTER_OFFSET);
      };
      const types = new Map<NativeStruct, KoffiType>();
      const typeOf = (struct: NativeStruct): KoffiType => {
        const type = types.get(struct) ?? koffi.struct(struct);
        types.set(struct, type);
        return type;
      };
      return {
        load: (prototype) => library.func(prototype),
        loadTyped: (name, answer, parameters) => library.func(name, answer, parameters.map(typeOf)),
        readStruct: (address, struct) => koffi.decode(address, 0, typeOf(struct)),
        wrappedAddress,
        heldAddress(external) {
          const holder = wrappedAddress(external);
          return holder === undefined ? undefined : pointerAt(holder, 0);
        },
      };
    } catch {
      // Not this platform's name; without any, everything goes through the bindings.
    }
  }
  return undefined;
}

/** How Node prints one: the address is that of its wrapper. */
const EXTERNAL = /^\[External: ([0-9a-f]+)\]$/;

/** Zeroed memory that stays where it is. */
export function nativeMemory(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes));
}

/** Calls a function in a thread of libuv's pool. */
export function runInPool(call: NativeFunction, ...args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)));
  });
}
